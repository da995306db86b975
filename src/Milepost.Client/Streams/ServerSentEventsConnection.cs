using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Milepost.Client.Http;
using Milepost.Protocol;
using Milepost.Protocol.Streams;

namespace Milepost.Client.Streams;

/// <summary>Reads frames from one Server-Sent Events answer.</summary>
internal sealed class ServerSentEventsConnection(HttpResponseMessage response, Stream body, Watchdog watchdog) : IStreamConnection
{
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);
    private readonly EventStreamParser _parser = new();

    public static async ValueTask<IStreamConnection> OpenAsync(
        MilepostHttp http, FollowRequest request, string? since, Watchdog watchdog, TimeProvider clock)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, http.Address(StreamAddress.ServerSentEvents(request.Streams)));
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (since is not null)
        {
            message.Headers.TryAddWithoutValidation("Last-Event-ID", since);
        }

        var response = await http.SendRawAsync(message, watchdog.Token);
        if (!response.IsSuccessStatusCode || response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            using (response)
            {
                throw await Refusal.ReadAsync(response, clock, watchdog.Token);
            }
        }

        watchdog.Restart(LongestSilence);
        return new ServerSentEventsConnection(response, await response.Content.ReadAsStreamAsync(watchdog.Token), watchdog);
    }

    public async ValueTask<Received> ReadAsync()
    {
        ServerSentEvent next;
        while (!_parser.TryTake(out next))
        {
            // Waiting without a buffer: most follows are idle most of the time.
            var count = await body.ReadAsync(Memory<byte>.Empty, watchdog.Token);
            var buffer = ArrayPool<byte>.Shared.Rent(4096);
            try
            {
                count = await body.ReadAsync(buffer, watchdog.Token);
                if (count == 0)
                {
                    return Received.End(new Ending(ConnectionReason.ServerClosed, "the server ended the answer", _parser.Retry));
                }

                watchdog.Restart(LongestSilence);
                _parser.Feed(buffer.AsSpan(0, count));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        var frame = JsonSerializer.Deserialize(next.Data, ProtocolJson.Default.ServerFrame);
        return frame switch
        {
            null => Received.Fault("a frame is null"),
            // Where a WebSocket has a close code, an event stream has an error that names no stream.
            { Type: FrameTypes.Error, Stream: null } => Received.End(Ending.OfError(frame)),
            _ => Received.Of(frame),
        };
    }

    // A reconnect acknowledges (realtime.md), nothing else can.
    public void Took(string cursor)
    {
    }

    public ValueTask RenewAsync(string token) => ValueTask.CompletedTask;

    public void BeginEnd() => watchdog.End();

    public ValueTask DisposeAsync()
    {
        response.Dispose();
        return ValueTask.CompletedTask;
    }
}
