using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;
using Milepost.Server.Tracking;

namespace Milepost.Server.Gateway;

/// <summary>Shows the log to the sessions as frames, and its absences as theirs.</summary>
internal sealed class StreamSource(IStreamLog log, IOrderStore orders, EntryViews views, Func<long> epoch) : IStreamSource
{
    public long Epoch => epoch();

    public async ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await log.LocateAsync(stream, offset, cancellationToken);
        }
        catch (StoreUnavailableException failure)
        {
            throw new LogUnavailableException(failure.Message, failure);
        }
    }

    public async ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken)
    {
        try
        {
            return await log.HeadsAsync(streams, cancellationToken);
        }
        catch (StoreUnavailableException failure)
        {
            throw new LogUnavailableException(failure.Message, failure);
        }
    }

    public async ValueTask<IReadOnlyList<StreamFrame>> ReadAsync(StreamName stream, Audience audience, long after, int limit, CancellationToken cancellationToken)
    {
        try
        {
            var entries = await log.ReadAsync(stream, after, limit, cancellationToken);
            if (entries.Count == 0 || audience is Audience.Staff || stream.OrderId() is not { } orderId)
            {
                return [.. entries.Select(ToFrame)];
            }

            // What could be seen when the entry was new may be over by now.
            var order = await orders.FindAsync(stream.Tenant, orderId, cancellationToken);
            return [.. entries.Select(entry => Shown(ToFrame(entry), order))];
            StreamFrame Shown(StreamFrame frame, Order? now) => frame.WithView(audience, views.Of(stream, frame.Body, audience, now));
        }
        catch (StoreUnavailableException failure)
        {
            throw new LogUnavailableException(failure.Message, failure);
        }
    }

    public static StreamFrame ToFrame(StreamEntry entry) => StreamFrame.Encode(entry.Offset, entry.Check, entry.Type, entry.Id, entry.Time, entry.Data);
}
