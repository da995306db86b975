using System.Text.Json;
using Milepost.Core.Orders;
using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Sharing;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Server.Tracking;

/// <summary>
/// Shows the entries of orders' streams to customers and guests: the log has them as staff see them. What depends on how far or how near the driver is counts
/// as not to be seen here; the snapshot and the live frames have it.
/// </summary>
internal sealed class EntryViews(ViewerPolicy policy, TimeProvider time) : IEntryViews
{
    public byte[] Of(StreamName stream, byte[] body, Audience audience) => Of(stream, body, audience, null);

    /// <param name="stream">Whose entry it is.</param>
    /// <param name="body">The entry as staff see it.</param>
    /// <param name="audience">Who reads.</param>
    /// <param name="now">The order as it is by now; null: the entry is news.</param>
    public byte[] Of(StreamName stream, byte[] body, Audience audience, Order? now)
    {
        if (stream.OrderId() is null)
        {
            return body;
        }

        // The body lacks its closing brace.
        using var entry = JsonDocument.Parse((byte[])[.. body, (byte)'}']);
        var root = entry.RootElement;
        var changed = root.GetProperty("data").Deserialize(ProtocolJson.Default.OrderChanged)!;
        var facts = new TrackingFacts
        {
            Status = now?.ShownStatus() ?? changed.Status,
            Now = time.GetUtcNow(),
            TimeToGo = (now is null ? changed.Eta : now.Eta)?.At - time.GetUtcNow(),
        };
        var fields = policy.Fields(stream.Tenant, facts, audience);
        var isGuest = audience is Audience.Guest;
        var data = isGuest
            ? JsonSerializer.SerializeToUtf8Bytes(ForGuest(changed, fields), ProtocolJson.Default.GuestOrderChanged)
            : JsonSerializer.SerializeToUtf8Bytes(ForCustomer(changed, fields), ProtocolJson.Default.OrderChanged);
        return StreamFrame.EncodeBody(
            root.GetProperty("type").GetString()!, root.GetProperty("offset").GetInt64(), isGuest ? null : root.GetProperty("id").GetString(), root.GetProperty("time").GetDateTimeOffset(), data);
    }

    private static OrderChanged ForCustomer(OrderChanged changed, VisibleFields fields) => changed with
    {
        Eta = fields.Eta ? changed.Eta : null,
        Driver = changed.Driver is { } driver && (fields.Name || fields.Vehicle) ? new Driver(driver.Id, fields.Name ? driver.Name : null, fields.Vehicle ? driver.Vehicle : null) : null,
    };

    private static GuestOrderChanged ForGuest(OrderChanged changed, VisibleFields fields) => new()
    {
        Status = changed.Status,
        Active = changed.Active,
        Time = changed.Event.Time,
        Eta = fields.Eta && changed.Eta is { } eta ? new GuestEta(eta.At, eta.From, eta.To) : null,
        Delayed = changed.Delayed is not null,
        LocationStale = changed.LocationStale is not null,
    };
}
