using System.Globalization;
using System.Text.Json;
using Milepost.Core.Orders;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Server.Ingest;

/// <summary>The attributes of a CloudEvent and its data, wherever they stood (CloudEvents 1.0, "Context Attributes").</summary>
internal readonly record struct EventAttributes(JsonElement Attributes, JsonElement Data);

/// <summary>Turns a CloudEvent into an event of ours, or says the first thing that is wrong with it.</summary>
internal static class EventReader
{
    private const int MaxItems = 200;
    private static readonly TimeSpan FutureTolerance = TimeSpan.FromHours(48);
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static RecordedEvent? Read(EventAttributes source, string tenant, DateTimeOffset now, out Rejection? rejection)
    {
        var fields = new FieldReader();
        var recorded = Read(fields, source.Attributes, source.Data, tenant, now);
        rejection = fields.Rejection;
        return rejection is null ? recorded : null;
    }

    private static RecordedEvent? Read(FieldReader fields, JsonElement attributes, JsonElement data, string tenant, DateTimeOffset now)
    {
        if (fields.Text(attributes, "", "specversion", required: true) is { } version && version != "1.0")
        {
            fields.Reject(ErrorCode.InvalidEvent, "specversion", "Only CloudEvents 1.0 is spoken here.");
        }

        var id = fields.Text(attributes, "", "id", 255, required: true);
        var source = fields.Text(attributes, "", "source", 512, required: true);
        if (source is not null && !Uri.IsWellFormedUriString(source, UriKind.RelativeOrAbsolute))
        {
            fields.Reject(ErrorCode.InvalidField, "source", "This is a URI or a part of one, for example /shops/berlin-1.");
        }

        if (source?.StartsWith(EventTypes.OurSources, StringComparison.OrdinalIgnoreCase) == true)
        {
            fields.Reject(ErrorCode.ReservedEvent, "source", $"Sources that begin with {EventTypes.OurSources} are the server's own.");
        }

        var type = fields.Text(attributes, "", "type", required: true);
        if (type is not null && EventTypes.IsOurs(type))
        {
            fields.Reject(ErrorCode.ReservedEvent, "type", "The server finds this out by itself; it takes no such events.");
        }
        else if (type is not null && !EventTypes.All.Contains(type, StringComparer.Ordinal))
        {
            fields.Reject(ErrorCode.UnknownEventType, "type", $"The types are {string.Join(", ", EventTypes.All)}.");
        }

        var subject = fields.Id(attributes, "", "subject");
        var time = fields.Time(attributes, "", "time");
        if (time < Earliest || time > now + FutureTolerance)
        {
            fields.Reject(ErrorCode.InvalidTime, "time", "The time lies before the year 2000 or more than two days ahead of the server's clock.");
        }

        if (data.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.Object))
        {
            fields.Reject(ErrorCode.InvalidField, "data", "This is an object.");
        }

        if (fields.Rejection is not null)
        {
            return null;
        }

        var plain = new RecordedEvent { Tenant = tenant, Source = source!, Id = id!, Type = type!, Subject = subject!, Time = time ?? now, ReceivedAt = now };
        return type switch
        {
            EventTypes.CustomerUpdated => plain with { Customer = Profile(fields, data, "data.", subject!) },
            // Whatever its data says is not kept.
            EventTypes.CustomerErased => plain,
            _ => Detail(fields, plain, data),
        };
    }

    private static RecordedEvent Detail(FieldReader fields, RecordedEvent plain, JsonElement data)
    {
        var customer = fields.Object(data, "data.", "customer");
        var common = plain with
        {
            Customer = customer is { } told && fields.Id(told, "data.customer.", "id") is { } customerId ? Profile(fields, told, "data.customer.", customerId) : null,
            Note = fields.Text(data, "data.", plain.Type == EventTypes.OrderCancelled ? "reason" : "note", FieldReader.MaxNote, plain.Type == EventTypes.OrderNoteAdded, lines: true),
        };
        return plain.Type switch
        {
            EventTypes.OrderPlaced => common with
            {
                Status = OrderStatus.Placed,
                Items = Items(fields, data),
                Total = Total(fields, data),
                Destination = Destination(fields, data),
                Pickup = TrackingFields.Pickup(fields, data),
                Promise = TrackingFields.Promise(fields, data),
            },
            EventTypes.OrderPaid => common with { Status = OrderStatus.Paid },
            EventTypes.OrderCancelled => common with { Status = OrderStatus.Cancelled },
            EventTypes.OrderStatusChanged => common with { Status = Status(fields, data), Correction = fields.Flag(data, "data.", "correction"), Proof = ProofReader.Read(fields, data, plain.Time) },
            EventTypes.OrderProofAdded => common with { Proof = ProofReader.Read(fields, data, plain.Time, required: true) },
            EventTypes.OrderEtaUpdated => common with { Eta = Eta(fields, data) },
            EventTypes.OrderDriverAssigned => common with { Driver = Driver(fields, data) },
            EventTypes.OrderNoteAdded => common with { CustomerVisible = fields.Flag(data, "data.", "customerVisible") },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static CustomerProfile Profile(FieldReader fields, JsonElement data, string path, string id) => new()
    {
        Id = id,
        Name = fields.Text(data, path, "name"),
        Email = fields.Text(data, path, "email", 254),
        Phone = fields.Text(data, path, "phone", 40),
        Locale = fields.Text(data, path, "locale", 35),
        TimeZone = fields.Text(data, path, "timeZone", 64),
    };

    private static OrderStatus? Status(FieldReader fields, JsonElement data)
    {
        var name = fields.Text(data, "data.", "status", required: true);
        if (OrderStatusNames.TryParse(name, out var status))
        {
            return status;
        }

        if (name is not null)
        {
            fields.Reject(ErrorCode.UnknownStatus, "data.status", $"The statuses are {string.Join(", ", OrderStatusNames.All)}.");
        }

        return null;
    }

    private static List<OrderItem>? Items(FieldReader fields, JsonElement data)
    {
        if (fields.Find(data, "data.", "items", required: false) is not { } array)
        {
            return null;
        }

        if (array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > MaxItems)
        {
            fields.Reject(ErrorCode.InvalidField, "data.items", $"This is a list of at most {MaxItems} items.");
            return null;
        }

        var items = new List<OrderItem>(array.GetArrayLength());
        foreach (var item in array.EnumerateArray())
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"data.items[{items.Count}].");
            if (item.ValueKind != JsonValueKind.Object)
            {
                fields.Reject(ErrorCode.InvalidField, path.TrimEnd('.'), "This is an object.");
                return null;
            }

            var quantity = fields.Number(item, path, "quantity", 1, 100_000) ?? 1;
            if (quantity != Math.Floor(quantity))
            {
                fields.Reject(ErrorCode.InvalidField, path + "quantity", "This is a whole number.");
            }

            items.Add(new OrderItem(fields.Text(item, path, "name", required: true) ?? "", (int)quantity, fields.Amount(item, path, "price")));
        }

        return items;
    }

    private static Money? Total(FieldReader fields, JsonElement data)
    {
        if (fields.Object(data, "data.", "total") is not { } total)
        {
            return null;
        }

        var amount = fields.Amount(total, "data.total.", "amount");
        var currency = fields.Text(total, "data.total.", "currency", 3, required: true);
        if (currency is not null && (currency.Length != 3 || !currency.All(char.IsAsciiLetterUpper)))
        {
            fields.Reject(ErrorCode.InvalidField, "data.total.currency", "This is a currency code of ISO 4217, for example EUR.");
        }

        if (amount is null)
        {
            fields.Reject(ErrorCode.MissingField, "data.total.amount", "This field is required.");
        }

        return amount is { } value && currency is not null ? new Money(value, currency) : null;
    }

    private static Destination? Destination(FieldReader fields, JsonElement data) => fields.Object(data, "data.", "destination") is { } destination
        ? new Destination(
            fields.Text(destination, "data.destination.", "address", 500, lines: true),
            fields.Number(destination, "data.destination.", "lat", -90, 90),
            fields.Number(destination, "data.destination.", "lon", -180, 180))
        : null;

    private static Eta? Eta(FieldReader fields, JsonElement data)
    {
        var at = fields.Time(data, "data.", "eta", required: true);
        var from = fields.Time(data, "data.", "from");
        var to = fields.Time(data, "data.", "to");
        if (from > to)
        {
            fields.Reject(ErrorCode.InvalidTime, "data.from", "The window ends before it begins.");
        }

        var source = TrackingFields.Word(fields, data, "source", EtaWords.Sources);
        var confidence = TrackingFields.Word(fields, data, "confidence", EtaWords.Confidences);
        return at is { } time ? new Eta(time, from, to, fields.Text(data, "data.", "reason")) { Source = source, Confidence = confidence } : null;
    }

    private static Driver? Driver(FieldReader fields, JsonElement data) => fields.Object(data, "data.", "driver", required: true) is { } driver
        ? new Driver(fields.Id(driver, "data.driver.", "id") ?? "", fields.Text(driver, "data.driver.", "name"), fields.Text(driver, "data.driver.", "vehicle"))
        : null;
}
