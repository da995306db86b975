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

    private PollReply? _reply;
    private int _next;
    private bool _ready;
    private string? _position = since;

    public async ValueTask<Received> ReadAsync()
    {
        while (true)
        {
            if (_reply is not null && _next < _reply.Frames.Count)
            {
                var frame = _reply.Frames[_next++];
                if (frame.Type != FrameTypes.Ready)
                {
                    _ready &= frame.Type != FrameTypes.Reset;
                    return Received.Of(frame);
                }

                // Every answer that caught up has one; the follow's consumer wants to know once, and again behind a reset.
                if (!_ready)
                {
                    _ready = true;
                    return Received.Of(frame);
                }

                continue;
            }

            if (_reply is not null)
            {
                _position = _reply.Cursor;
                var entries = _reply.Frames.Count;
                _reply = null;
                _next = 0;
                if (!_ready && entries < FullAnswer)
                {
                    // A poll has no "ready" of its own; a consumer waits for it all the same.
                    _ready = true;
                    return Received.Of(new ServerFrame { Type = FrameTypes.Ready, Cursor = _position });
                }

                return Received.Position(_position);
            }

            _reply = await PollAsync();
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
        using var message = new HttpRequestMessage(HttpMethod.Get, http.Address(StreamAddress.LongPoll(request.Streams, _position)));
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
