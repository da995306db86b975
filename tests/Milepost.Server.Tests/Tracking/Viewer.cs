using Milepost.Protocol.Streams;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;

namespace Milepost.Server.Tests.Tracking;

/// <summary>Somebody who follows one order and keeps all that comes.</summary>
internal sealed class Viewer : IAsyncDisposable
{
    private readonly LiveSocket _socket;

    private Viewer(LiveSocket socket, string order, Audience audience) => (_socket, Order, Audience) = (socket, order, audience);

    public string Order { get; }

    public Audience Audience { get; }

    public static async Task<Viewer> OpenAsync(TestServer server, string order, Audience audience, string token)
    {
        var label = audience is Audience.Guest ? "order" : $"order:{order}";
        var socket = await LiveSocket.OpenAsync(server, $"/ws?streams={label}&since=earliest", token);
        await socket.UntilAsync(FrameTypes.Ready);
        return new Viewer(socket, order, audience);
    }

    /// <summary>What has come since the last time. A pong may overtake what is live, a second one cannot.</summary>
    public async Task<IReadOnlyList<ServerFrame>> TakeAsync()
    {
        var frames = new List<ServerFrame>();
        for (var pongs = 0; pongs < 2;)
        {
            await _socket.SendAsync("{\"type\":\"ping\"}");
            while (await _socket.NextAsync() is { } frame)
            {
                if (frame.Type == FrameTypes.Pong)
                {
                    pongs++;
                    break;
                }

                frames.Add(frame);
            }
        }

        return frames;
    }

    public ValueTask DisposeAsync() => _socket.DisposeAsync();
}
