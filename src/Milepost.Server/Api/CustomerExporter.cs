using System.IO.Pipelines;
using System.Text.Json;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Protocol;
using Milepost.Protocol.Customers;
using Milepost.Protocol.Errors;

namespace Milepost.Server.Api;

/// <summary>Writes <see cref="CustomerExport"/> as it reads it, page by page: however much a customer has, the server holds one page of it.</summary>
internal sealed class CustomerExporter(
    ICustomerStore customers, IOrderStore orders, INotificationStore notifications, IDeliveryHistory deliveries, ISuppressionStore suppressions, TimeProvider time)
{
    private const int PageSize = 100;

    /// <summary>The document, or "not found" where nothing is kept of the customer.</summary>
    public async Task<IResult> ExportAsync(string tenant, string customerId, CancellationToken cancellationToken)
    {
        var customer = await customers.FindAsync(tenant, customerId, cancellationToken);
        if (customer is null && !await IsNamedAsync(tenant, customerId, cancellationToken))
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        return TypedResults.Stream(
            body => WriteAsync(body, customer ?? CustomerWrite.Unknown(tenant, customerId), cancellationToken), "application/json", $"{customerId}.json");
    }

    // Of whom nothing was told there may still be orders, or messages that somebody has sent.
    private async Task<bool> IsNamedAsync(string tenant, string customerId, CancellationToken cancellationToken) =>
        (await orders.ListAsync(new OrderQuery(tenant, customerId, [], null, null, 1), cancellationToken)).Count > 0
        || (await notifications.ListAsync(new NotificationQuery(tenant, customerId, null, null, false, null, null, 1), cancellationToken)).Head.Offset > 0;

    private async Task WriteAsync(Stream body, Customer customer, CancellationToken cancellationToken)
    {
        var pipe = PipeWriter.Create(body, new StreamPipeWriterOptions(leaveOpen: true));
        await using var writer = new Utf8JsonWriter(pipe);
        writer.WriteStartObject();
        writer.WriteString("customerId"u8, customer.Profile.Id);
        writer.WriteString("exportedAt"u8, Rfc3339.Format(time.GetUtcNow()));
        if (customer.ErasedAt is { } erasedAt)
        {
            writer.WriteString("erasedAt"u8, Rfc3339.Format(erasedAt));
        }

        var profile = customer.Profile;
        writer.WritePropertyName("profile"u8);
        JsonSerializer.Serialize(writer, new ExportedProfile(profile.Name, profile.Email, profile.Phone, profile.Locale, profile.TimeZone), ProtocolJson.Default.ExportedProfile);
        writer.WritePropertyName("preferences"u8);
        JsonSerializer.Serialize(writer, customer.Preferences, ProtocolJson.Default.NotificationPreferences);
        writer.WriteStartArray("devices"u8);
        foreach (var device in customer.Devices)
        {
            JsonSerializer.Serialize(writer, DeviceEndpoints.ToView(device), ProtocolJson.Default.DeviceView);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("suppressions"u8);
        await WriteSuppressionsAsync(writer, customer, cancellationToken);
        writer.WriteEndArray();
        writer.WriteStartArray("orders"u8);
        await WriteOrdersAsync(writer, pipe, customer, cancellationToken);
        writer.WriteEndArray();
        writer.WriteStartArray("notifications"u8);
        await WriteNotificationsAsync(writer, pipe, customer, archived: false, cancellationToken);
        await WriteNotificationsAsync(writer, pipe, customer, archived: true, cancellationToken);
        writer.WriteEndArray();
        writer.WriteStartArray("deliveries"u8);
        await WriteDeliveriesAsync(writer, pipe, customer, cancellationToken);
        writer.WriteEndArray();
        writer.WriteEndObject();
        await FlushAsync(writer, pipe, cancellationToken);
        await pipe.CompleteAsync();
    }

    private async Task WriteSuppressionsAsync(Utf8JsonWriter writer, Customer customer, CancellationToken cancellationToken)
    {
        var addresses = new List<ChannelAddress>();
        if (customer.Profile.Email is { } email)
        {
            addresses.Add(new ChannelAddress(customer.Tenant, DeliveryChannel.Email, email));
        }

        if (customer.Profile.Phone is { } phone)
        {
            addresses.Add(new ChannelAddress(customer.Tenant, DeliveryChannel.Sms, phone));
        }

        foreach (var found in (await suppressions.FindAsync(addresses, cancellationToken)).OfType<SuppressedAddress>())
        {
            JsonSerializer.Serialize(writer, new ExportedSuppression(found.Channel.Wire(), found.Masked, found.Reason.Wire(), found.Since), ProtocolJson.Default.ExportedSuppression);
        }
    }

    private async Task WriteOrdersAsync(Utf8JsonWriter writer, PipeWriter pipe, Customer customer, CancellationToken cancellationToken)
    {
        long? before = null;
        IReadOnlyList<ListedOrder> page;
        do
        {
            page = await orders.ListAsync(new OrderQuery(customer.Tenant, customer.Profile.Id, [], null, before, PageSize), cancellationToken);
            foreach (var listed in page)
            {
                if (await orders.SnapshotAsync(customer.Tenant, listed.Order.Id, cancellationToken) is { } snapshot)
                {
                    JsonSerializer.Serialize(writer, snapshot.ToDetails(), ProtocolJson.Default.OrderDetails);
                    await FlushAsync(writer, pipe, cancellationToken);
                }

                before = listed.Place;
            }
        }
        while (page.Count == PageSize);
    }

    private async Task WriteNotificationsAsync(Utf8JsonWriter writer, PipeWriter pipe, Customer customer, bool archived, CancellationToken cancellationToken)
    {
        long? before = null;
        IReadOnlyList<ListedNotification> page;
        do
        {
            var query = new NotificationQuery(customer.Tenant, customer.Profile.Id, null, null, archived, before, null, PageSize);
            page = (await notifications.ListAsync(query, cancellationToken)).Items;
            foreach (var listed in page)
            {
                JsonSerializer.Serialize(writer, listed.Notification, ProtocolJson.Default.Notification);
                before = listed.Place;
            }

            await FlushAsync(writer, pipe, cancellationToken);
        }
        while (page.Count == PageSize);
    }

    private async Task WriteDeliveriesAsync(Utf8JsonWriter writer, PipeWriter pipe, Customer customer, CancellationToken cancellationToken)
    {
        string? after = null;
        IReadOnlyList<DeliveryDetails> page;
        do
        {
            page = await deliveries.ListAsync(customer.Tenant, customer.Profile.Id, after, PageSize, cancellationToken);
            foreach (var details in page)
            {
                JsonSerializer.Serialize(writer, ToView(details), ProtocolJson.Default.ExportedDelivery);
                after = details.Row.Delivery.Id;
            }

            await FlushAsync(writer, pipe, cancellationToken);
        }
        while (page.Count == PageSize);
    }

    // The writer only fills the pipe: writing to the body is the pipe's, and waits for whoever reads it.
    private static async ValueTask FlushAsync(Utf8JsonWriter writer, PipeWriter pipe, CancellationToken cancellationToken)
    {
        await writer.FlushAsync(cancellationToken);
        await pipe.FlushAsync(cancellationToken);
    }

    private static ExportedDelivery ToView(DeliveryDetails details)
    {
        var (delivery, progress) = details.Row;
        return new ExportedDelivery
        {
            Id = delivery.Id,
            NotificationId = delivery.NotificationId,
            Channel = delivery.Channel.Wire(),
            Type = delivery.Type,
            Address = delivery is { Address.Length: > 0, Channel: DeliveryChannel.Email or DeliveryChannel.Sms } ? AddressMask.Address(delivery.Address) : delivery.Address,
            Title = delivery.Title,
            Body = delivery.Body,
            OrderId = delivery.OrderId,
            State = Name(progress.State),
            Reason = progress.Reason,
            CreatedAt = delivery.CreatedAt,
            Due = progress.Due,
            Attempts = [.. details.Attempts.Select(attempt => new ExportedAttempt(
                attempt.Number, attempt.StartedAt, attempt.FinishedAt, attempt.Outcome is { } outcome ? Name(outcome) : null, attempt.Answer))],
            Notes = [.. details.Notes.Select(note => new ExportedNote(note.At, note.Code, note.Text))],
        };
    }

    private static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(Enum.GetName(value)!);
}
