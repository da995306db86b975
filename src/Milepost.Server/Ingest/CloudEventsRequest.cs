using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using Milepost.Core.Orders;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Server.Api;

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
        using var content = CloudEventContent.Structured(text);
        return Judge(content, tenant, now, index);
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

        using var content = CloudEventContent.Binary(attributes, mediaType, body);
        return Judge(content, tenant, now, index: 0);
    }

    private static (RecordedEvent? Event, RejectedEvent? Rejected) Judge(CloudEventContent content, string tenant, DateTimeOffset now, int index)
    {
        var recorded = content.Read(tenant, now, out var wrong);
        return (recorded, wrong is null ? null : new RejectedEvent(index, content.Id, wrong.Code.Code, wrong.Field, wrong.Detail));
    }
}
