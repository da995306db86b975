using System.Net.Http.Headers;
using System.Text.Json;
using Milepost.Client.Http;
using Milepost.Protocol;
using Milepost.Protocol.Events;

namespace Milepost.Client.Events;

/// <summary>Sends order events. The token needs the scope <c>events:write</c>.</summary>
public sealed class MilepostEvents
{
    private static readonly MediaTypeHeaderValue One = new("application/cloudevents+json");
    private static readonly MediaTypeHeaderValue Batch = new("application/cloudevents-batch+json");
    private readonly MilepostHttp _http;

    internal MilepostEvents(MilepostHttp http) => _http = http;

    /// <summary>
    /// Sends one event. When this returns, the event is committed on the server. After a failure with
    /// <see cref="MilepostException.Retry"/> send the same event again: its id makes that harmless.
    /// </summary>
    public Task<RecordReply> PublishAsync(CloudEvent cloudEvent, CancellationToken cancellationToken = default) =>
        PostAsync(JsonSerializer.SerializeToUtf8Bytes(cloudEvent, ProtocolJson.Default.CloudEvent), One, cancellationToken);

    /// <summary>Sends up to 1,000 events in one commit. A bad event rejects itself, not its batch: look at <see cref="RecordReply.Rejected"/>.</summary>
    public Task<RecordReply> PublishAsync(IReadOnlyList<CloudEvent> cloudEvents, CancellationToken cancellationToken = default) =>
        PostAsync(JsonSerializer.SerializeToUtf8Bytes(cloudEvents, ProtocolJson.Default.IReadOnlyListCloudEvent), Batch, cancellationToken);

    private async Task<RecordReply> PostAsync(byte[] body, MediaTypeHeaderValue type, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = type;
        return await _http.SendAsync(HttpMethod.Post, "events", content, ProtocolJson.Default.RecordReply, cancellationToken);
    }
}
