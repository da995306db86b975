using System.Text.Json;
using System.Text.RegularExpressions;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;
using Milepost.Server.Api;
using Milepost.Server.Settings;

namespace Milepost.Server.Ingest.Messages;

/// <summary>A request as it is recorded: one event for each customer.</summary>
internal sealed record ReadRequest(string Id, IReadOnlyList<RecordedEvent> Events, IReadOnlyList<RejectedEvent> Rejected);

/// <summary>Checks a request for notifications and turns it into events of ours.</summary>
internal static partial class NotificationRequestReader
{
    /// <summary>Names what asks for notifications, among the sources of events.</summary>
    public const string Source = "/notifications";

    private static readonly string[] Fields =
        [.. ProtocolJson.Default.NotificationRequest.Properties.Select(property => property.Name)];

    private const int MaxCustomers = 1_000;
    private const int MaxName = 64;
    private const int MaxData = 16 * 1024;
    private const int MaxBody = 2_000;
    private static readonly TimeSpan Farthest = TimeSpan.FromDays(366);

    public static ReadRequest? Read(JsonElement body, string tenant, DateTimeOffset now, out Rejection? rejection)
    {
        var fields = new FieldReader();
        Known(fields, body);
        var id = fields.Find(body, "", "id", required: false) is null ? Guid.CreateVersion7(now).ToString("N") : fields.Id(body, "", "id");
        var request = Message(fields, body, id, now);
        var (customers, rejected) = Customers(fields, body);
        var isBulk = fields.Find(body, "", "bulk", required: false) is null ? customers.Count > 1 : fields.Flag(body, "", "bulk");
        rejection = fields.Rejection;
        return rejection is not null ? null : new ReadRequest(id!, [.. customers.Select(customer => new RecordedEvent
        {
            Tenant = tenant,
            Source = Source,
            Id = $"{id}:{customer}",
            Type = EventTypes.NotificationRequested,
            Subject = customer,
            Time = now,
            ReceivedAt = now,
            Message = request! with { Lane = isBulk ? DeliveryLane.Bulk : DeliveryLane.News },
        })], rejected);
    }

    // A misspelt "sendAt" would be sent at once, and cannot be taken back.
    private static void Known(FieldReader fields, JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Object && body.EnumerateObject().Select(field => field.Name).FirstOrDefault(name => !Fields.Contains(name)) is { } unknown)
        {
            fields.Reject(ErrorCode.InvalidField, unknown.Length > MaxName ? null : unknown, unknown.Length <= MaxName && Spelling.Nearest(unknown, Fields) is { } near ? $"There is no such field. Did you mean {near}?" : $"There is no such field. The fields are {string.Join(", ", Fields)}.");
        }
    }

    private static MessageRequest? Message(FieldReader fields, JsonElement body, string? id, DateTimeOffset now)
    {
        var type = fields.Text(body, "", "type", 64, required: true);
        if (type is not null && !TypeShape().IsMatch(type))
        {
            fields.Reject(ErrorCode.InvalidField, "type", "A type is 1 to 64 characters of a-z, 0-9, '.', '_' and '-'.");
        }

        var category = Name<NotificationCategory>(fields, body, "category") ?? NotificationCategory.System;
        var priority = Name<NotificationPriority>(fields, body, "priority") ?? NotificationPriority.Normal;
        var title = fields.Text(body, "", "title");
        var text = fields.Text(body, "", "body", MaxBody, lines: true);
        if (title is null != text is null)
        {
            fields.Reject(ErrorCode.MissingField, title is null ? "title" : "body", "Literal words are a title and a body.");
        }

        var data = fields.Object(body, "", "data");
        if (data?.GetRawText().Length > MaxData)
        {
            fields.Reject(ErrorCode.InvalidField, "data", $"This is an object of at most {MaxData} bytes.");
        }

        var (sendAt, expiresAt) = (fields.Time(body, "", "sendAt"), fields.Time(body, "", "expiresAt"));
        if (sendAt > now + Farthest)
        {
            fields.Reject(ErrorCode.InvalidTime, "sendAt", "This is at most a year ahead.");
        }

        if (expiresAt <= (sendAt > now ? sendAt : now))
        {
            fields.Reject(ErrorCode.InvalidTime, "expiresAt", "It would expire before it is sent.");
        }

        var digest = fields.Number(body, "", "digestSeconds", 60, 86_400);
        return fields.Rejection is not null ? null : new MessageRequest
        {
            RequestId = id!,
            Type = type!,
            Category = category,
            Priority = priority,
            Title = title,
            Body = text,
            Data = data?.Clone(),
            OrderId = fields.Find(body, "", "orderId", required: false) is null ? null : fields.Id(body, "", "orderId"),
            Channels = Channels(fields, body),
            SendAt = sendAt > now ? sendAt : null,
            ExpiresAt = expiresAt,
            CollapseKey = fields.Text(body, "", "collapseKey", 64),
            DigestWindow = digest is { } seconds ? TimeSpan.FromSeconds(Math.Floor(seconds)) : null,
        };
    }

    private static (IReadOnlyList<string> Customers, IReadOnlyList<RejectedEvent> Rejected) Customers(FieldReader fields, JsonElement body)
    {
        if (fields.Find(body, "", "customers", required: true) is not { } list)
        {
            return ([], []);
        }

        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaxCustomers)
        {
            fields.Reject(ErrorCode.InvalidField, "customers", "This is a list of 1 to 1,000 customer ids.");
            return ([], []);
        }

        var (customers, rejected) = (new List<string>(), new List<RejectedEvent>());
        foreach (var item in list.EnumerateArray())
        {
            var index = customers.Count + rejected.Count;
            if (item.ValueKind == JsonValueKind.String && item.GetString() is { } customer && Identifiers.IsValid(customer))
            {
                customers.Add(customer);
            }
            else
            {
                rejected.Add(new RejectedEvent(index, null, ErrorCode.InvalidField.Code, $"customers[{index}]", $"An id is {Identifiers.Rule}."));
            }
        }

        return (customers, rejected);
    }

    private static List<NotificationChannel>? Channels(FieldReader fields, JsonElement body)
    {
        if (fields.Find(body, "", "channels", required: false) is not { } list)
        {
            return null;
        }

        var channels = new List<NotificationChannel>();
        if (list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray())
            {
                if (Parse<NotificationChannel>(item) is { } channel && !channels.Contains(channel))
                {
                    channels.Add(channel);
                    continue;
                }

                fields.Reject(ErrorCode.InvalidField, "channels", "This is a list of email, sms and push, each once.");
                return null;
            }

            return channels;
        }

        fields.Reject(ErrorCode.InvalidField, "channels", "This is a list of email, sms and push.");
        return null;
    }

    private static TEnum? Name<TEnum>(FieldReader fields, JsonElement body, string name)
        where TEnum : struct, Enum
    {
        if (fields.Find(body, "", name, required: false) is not { } value)
        {
            return null;
        }

        if (Parse<TEnum>(value) is { } known)
        {
            return known;
        }

        fields.Reject(ErrorCode.InvalidField, name, $"This is one of {string.Join(", ", Enum.GetNames<TEnum>().Select(known => known.ToLowerInvariant()))}.");
        return null;
    }

    // The wire's names, which stand with the enumerations.
    private static TEnum? Parse<TEnum>(JsonElement value)
        where TEnum : struct, Enum
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? (TEnum?)value.Deserialize(ProtocolJson.Default.GetTypeInfo(typeof(TEnum))!) : null;
        }
        catch (JsonException)
        {
            // Not a name of the enumeration.
            return null;
        }
    }

    [GeneratedRegex("^[a-z0-9._-]{1,64}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TypeShape();
}
