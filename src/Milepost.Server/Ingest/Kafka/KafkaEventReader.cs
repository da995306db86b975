using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.Core.DeadLetters;
using Milepost.Core.Orders;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Server.Api;
using Milepost.Server.Settings;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>What a message came to: an event, or the reason why it is none.</summary>
/// <param name="Tenant">Whose it is; empty where that cannot be told.</param>
/// <param name="Event">The event.</param>
/// <param name="Rejection">What is wrong; null with an event.</param>
internal readonly record struct ReadMessage(string Tenant, RecordedEvent? Event, Rejection? Rejection);

/// <summary>
/// Reads a message as an event: a CloudEvent in structured or binary mode (CloudEvents Kafka binding 1.0.2, 3.1 to 3.3), or plain JSON through
/// the declared mapping. The same message is the same event at every delivery.
/// </summary>
internal sealed class KafkaEventReader(KafkaOptions options, FieldMapping mapping)
{
    private const string Structured = "application/cloudevents+json";
    private const string AttributePrefix = "ce_";
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public ReadMessage Read(TopicMessage message, DateTimeOffset now)
    {
        var size = message.Value?.Length ?? 0;
        if (size > options.MaxMessageBytes)
        {
            return new ReadMessage(options.Tenant, null, new Rejection(
                ErrorCode.BodyTooLarge, null, string.Create(CultureInfo.InvariantCulture, $"The message has {size} bytes; {options.MaxMessageBytes} are read (Kafka:MaxMessageBytes).")));
        }

        using var content = Open(message);
        var tenant = Tenant(content, out var refused);
        if (tenant is not null && content.Read(tenant, now, out refused) is { } recorded)
        {
            return new ReadMessage(tenant, content.Text("time") is null ? recorded with { Time = TimeOf(message, now) } : recorded, null);
        }

        return new ReadMessage(tenant ?? "", null, refused);
    }

    private CloudEventContent Open(TopicMessage message)
    {
        var contentType = Header(message, "content-type");
        if (contentType?.StartsWith("application/cloudevents-batch", StringComparison.OrdinalIgnoreCase) == true)
        {
            return CloudEventContent.Unreadable(new Rejection(ErrorCode.UnsupportedMediaType, "content-type", "A message holds one event."));
        }

        if (contentType?.StartsWith(Structured, StringComparison.OrdinalIgnoreCase) == true)
        {
            return CloudEventContent.Structured(message.Value ?? []);
        }

        if (message.Headers.Any(header => header.Name == "ce_specversion"))
        {
            return Binary(message, contentType ?? "");
        }

        if (message.Value is null)
        {
            return CloudEventContent.Unreadable(new Rejection(ErrorCode.InvalidEvent, null, "A message without a value tells no event."));
        }

        return mapping.Covers(message.Topic) ? Mapped(message) : CloudEventContent.Structured(message.Value);
    }

    private CloudEventContent Mapped(TopicMessage message)
    {
        using var document = StrictJson.Parse(message.Value, out var unreadable);
        if (document is null)
        {
            return CloudEventContent.Unreadable(new Rejection(unreadable!, null, unreadable!.Title + "."));
        }

        // A shared topic may hold both; what calls itself a CloudEvent is one.
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("specversion", out _)
            ? CloudEventContent.Structured(message.Value)
            : mapping.Apply(message, document.RootElement);
    }

    private static CloudEventContent Binary(TopicMessage message, string contentType)
    {
        var attributes = new JsonObject();
        foreach (var (name, value) in message.Headers)
        {
            if (!name.StartsWith(AttributePrefix, StringComparison.Ordinal) || value is null)
            {
                continue;
            }

            // Header values are UTF-8 as it is (Kafka binding, 3.2.3.2). Kafka lets a name stand twice; an attribute has one value.
            if (!attributes.TryAdd(name[AttributePrefix.Length..], JsonValue.Create(Encoding.UTF8.GetString(value))))
            {
                return CloudEventContent.Unreadable(new Rejection(ErrorCode.DuplicateKey, "headers", "An attribute stands twice."));
            }
        }

        return CloudEventContent.Binary(attributes, contentType, message.Value ?? []);
    }

    private string? Tenant(CloudEventContent content, out Rejection? refused)
    {
        var told = content.Text("tenant");
        refused = null;
        if (options.Tenant.Length > 0)
        {
            // Where the installation says whose the topics are, a message cannot choose another.
            refused = told is null || told == options.Tenant ? null : new Rejection(ErrorCode.WrongTenant, "tenant", "The topics belong to another tenant (Kafka:Tenant).");
            return refused is null ? options.Tenant : null;
        }

        if (told is not null && Identifiers.IsValidTenant(told))
        {
            return told;
        }

        // What keeps the message from being read at all is the better reason.
        if (content.Attributes.ValueKind == JsonValueKind.Undefined)
        {
            content.Read("", default, out refused);
        }

        refused ??= told is null
            ? new Rejection(ErrorCode.MissingField, "tenant", "The message names no tenant, and Kafka:Tenant is not set.")
            : new Rejection(ErrorCode.InvalidField, "tenant", "A tenant is 1 to 63 characters out of a-z 0-9 -.");
        return null;
    }

    /// <summary>An event that tells no time happened when it was sent: that stays the same at every delivery.</summary>
    private static DateTimeOffset TimeOf(TopicMessage message, DateTimeOffset now) => message.Time >= Earliest && message.Time <= now ? message.Time : now;

    private static string? Header(TopicMessage message, string name) =>
        message.Headers.FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value is { } value ? Encoding.UTF8.GetString(value) : null;
}
