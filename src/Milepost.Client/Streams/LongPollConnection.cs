using System.Text.Json;
using Milepost.Client.Http;
using Milepost.Protocol;
using Milepost.Protocol.Streams;

namespace Milepost.Client.Streams;

/// <summary>Reads frames from one poll after the other. Each poll's <c>since</c> acknowledges what came before.</summary>
internal sealed class LongPollConnection(MilepostHttp http, FollowRequest request, string? since, Watchdog watchdog, TimeProvider clock) : IStreamConnection
{
    // The server answers within 25 s; the rest is for the way.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(45);

    // As many entries as one answer may hold (realtime.md): fewer mean that the catch-up is over.
    private const int FullAnswer = 500;

    private PollReply? reply;
    private int next;
    private bool ready;
    private string? position = since;

    public async ValueTask<Received> ReadAsync()
    {
        while (true)
        {
            if (reply is not null && next < reply.Frames.Count)
            {
                var frame = reply.Frames[next++];
                ready |= frame.Type == FrameTypes.Ready;
                return Received.Of(frame);
            }

            if (reply is not null)
            {
                position = reply.Cursor;
                var entries = reply.Frames.Count;
                reply = null;
                next = 0;
                if (!ready && entries < FullAnswer)
                {
                    // A poll has no "ready" of its own; a consumer waits for it all the same.
                    ready = true;
                    return Received.Of(new ServerFrame { Type = FrameTypes.Ready, Cursor = position });
                }

                return Received.Position(position);
            }

            reply = await PollAsync();
        }
    }

    public void Took(string cursor)
    {
    }

    public ValueTask RenewAsync(string token) => ValueTask.CompletedTask;

    public void BeginEnd() => watchdog.End();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<PollReply> PollAsync()
    {
        watchdog.Restart(LongestSilence);
        using var message = new HttpRequestMessage(HttpMethod.Get, http.Address(StreamAddress.LongPoll(request.Streams, position)));
        using var response = await http.SendRawAsync(message, watchdog.Token);
        if (!response.IsSuccessStatusCode)
        {
            throw await Refusal.ReadAsync(response, clock, watchdog.Token);
        }

        var body = await response.Content.ReadAsStreamAsync(watchdog.Token);
        return await JsonSerializer.DeserializeAsync(body, ProtocolJson.Default.PollReply, watchdog.Token)
            ?? throw new JsonException("a poll answer is null");
    }
}
