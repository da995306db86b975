using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using Milepost.Core.Orders;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;

namespace Milepost.Server.Ingest;

/// <summary>The events of one HTTP request, in the order they were sent; where one is bad, the reason stands in its place.</summary>
internal sealed record CloudEventsRequest(IReadOnlyList<RecordedEvent?> Events, IReadOnlyList<RejectedEvent> Rejected, bool IsBatch)
{
    public const int MaxBatch = 1_000;
    private const string Structured = "application/cloudevents+json";
    private const string Batched = "application/cloudevents-batch+json";

    /// <summary>Reads the body by its content mode (CloudEvents HTTP binding 1.0.2, 3.1 to 3.3). Null: nothing in it can be judged; see <paramref name="refused"/>.</summary>
    public static CloudEventsRequest? Read(IHeaderDictionary headers, ReadOnlyMemory<byte> body, string tenant, DateTimeOffset now, out Rejection? refused)
    {
        refused = null;
        if (!MediaTypeHeaderValue.TryParse(headers.ContentType.ToString(), out var contentType))
        {
            contentType = new MediaTypeHeaderValue("application/octet-stream");
        }

        // RFC 9110, 5.6.6: a parameter may stand in quotes and means the same.
        var charset = HeaderUtilities.RemoveQuotes(contentType.Charset);
        if (charset.HasValue && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            refused = new Rejection(ErrorCode.UnsupportedMediaType, "Content-Type", "JSON is sent as UTF-8.");
            return null;
        }

        var mediaType = contentType.MediaType.ToString().ToLowerInvariant();
        if (mediaType == Batched)
        {
            return Batch(body, tenant, now, out refused);
        }

        if (mediaType == Structured)
        {
            return Single(Item(body, tenant, now, index: 0));
        }

        if (headers.ContainsKey("ce-specversion"))
        {
            return Single(Binary(headers, mediaType, body, tenant, now));
        }

        refused = new Rejection(
            ErrorCode.UnsupportedMediaType, "Content-Type", $"Send {Structured}, {Batched}, or application/json with ce- headers (binary mode).");
        return null;
    }

    private static CloudEventsRequest? Batch(ReadOnlyMemory<byte> body, string tenant, DateTimeOffset now, out Rejection? refused)
    {
        refused = null;
        if (StrictJson.Split(body) is not { } items)
        {
            refused = new Rejection(ErrorCode.MalformedJson, null, "A batch is a JSON array of events.");
            return null;
        }

        if (items.Count > MaxBatch)
        {
            refused = new Rejection(ErrorCode.BatchTooLarge, null, $"A batch holds at most {MaxBatch} events; this one has {items.Count}.");
            return null;
        }

        var events = new List<RecordedEvent?>(items.Count);
        var rejected = new List<RejectedEvent>();
        for (var index = 0; index < items.Count; index++)
        {
            var (recorded, rejection) = Item(items[index], tenant, now, index);
            events.Add(recorded);
            if (rejection is not null)
            {
                rejected.Add(rejection);
            }
        }

        return new CloudEventsRequest(events, rejected, IsBatch: true);
    }

    private static CloudEventsRequest Single((RecordedEvent? Event, RejectedEvent? Rejected) item) =>
        new([item.Event], item.Rejected is null ? [] : [item.Rejected], IsBatch: false);

    private static (RecordedEvent? Event, RejectedEvent? Rejected) Item(ReadOnlyMemory<byte> text, string tenant, DateTimeOffset now, int index)
    {
        using var document = StrictJson.Parse(text, out var unreadable);
        if (document is null)
        {
            return (null, new RejectedEvent(index, null, unreadable!.Code, null, unreadable.Title + "."));
        }

        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            return (null, new RejectedEvent(index, null, ErrorCode.InvalidEvent.Code, null, "An event is a JSON object."));
        }

        if (Data(root, out var data, out var owner) is { } rejection)
        {
            return (null, ToRejected(rejection, index, root));
        }

        using (owner)
        {
            var recorded = EventReader.Read(new EventAttributes(root, data), tenant, now, out var wrong);
            return (recorded, wrong is null ? null : ToRejected(wrong, index, root));
        }
    }

    /// <summary>The data of a structured event: <c>data</c>, or JSON within <c>data_base64</c> (JSON format, 3.1).</summary>
    private static Rejection? Data(JsonElement root, out JsonElement data, out JsonDocument? owner)
    {
        owner = null;
        root.TryGetProperty("data", out data);
        // An attribute that is null is one that is not there (JSON format, 2.2).
        if (root.TryGetProperty("datacontenttype", out var type) && type.ValueKind != JsonValueKind.Null && (type.ValueKind != JsonValueKind.String || !IsJson(type.GetString()!)))
        {
            return new Rejection(ErrorCode.InvalidField, "datacontenttype", "The data is JSON.");
        }

        if (!root.TryGetProperty("data_base64", out var encoded) || encoded.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (data.ValueKind != JsonValueKind.Undefined || encoded.ValueKind != JsonValueKind.String || !encoded.TryGetBytesFromBase64(out var bytes))
        {
            return new Rejection(ErrorCode.InvalidField, "data_base64", "This is base64, and stands instead of data.");
        }

        owner = StrictJson.Parse(bytes, out var unreadable);
        data = owner?.RootElement ?? default;
        return owner is null ? new Rejection(unreadable!, "data_base64", unreadable!.Title + ".") : null;
    }

    private static (RecordedEvent? Event, RejectedEvent? Rejected) Binary(IHeaderDictionary headers, string mediaType, ReadOnlyMemory<byte> body, string tenant, DateTimeOffset now)
    {
        var attributes = new JsonObject();
        foreach (var (name, value) in headers)
        {
            if (name.StartsWith("ce-", StringComparison.OrdinalIgnoreCase))
            {
                // Header values are percent-encoded (HTTP binding, 3.1.3.2).
                attributes[name[3..].ToLowerInvariant()] = Uri.UnescapeDataString(value.ToString());
            }
        }

        var root = JsonSerializer.SerializeToElement(attributes, IngestJson.Default.JsonObject);
        if (body.Length > 0 && !IsJson(mediaType))
        {
            return (null, ToRejected(new Rejection(ErrorCode.InvalidField, "Content-Type", "The data is JSON."), 0, root));
        }

        ErrorCode? unreadable = null;
        using var document = body.Length == 0 ? null : StrictJson.Parse(body, out unreadable);
        if (unreadable is not null)
        {
            return (null, ToRejected(new Rejection(unreadable, "data", unreadable.Title + "."), 0, root));
        }

        var recorded = EventReader.Read(new EventAttributes(root, document?.RootElement ?? default), tenant, now, out var wrong);
        return (recorded, wrong is null ? null : ToRejected(wrong, 0, root));
    }

    private static bool IsJson(string mediaType) => MediaTypeHeaderValue.TryParse(mediaType, out var parsed)
        && (parsed.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || parsed.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));

    private static RejectedEvent ToRejected(Rejection rejection, int index, JsonElement root)
    {
        var id = root.TryGetProperty("id", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return new RejectedEvent(index, id is { Length: > 255 } ? id[..255] : id, rejection.Code.Code, rejection.Field, rejection.Detail);
    }
}
