using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Gateway;

/// <summary>The framework's WebSocket client as a peer that knows nothing of our code.</summary>
internal sealed class LiveSocket : IAsyncDisposable
{
    private readonly byte[] _buffer = new byte[256 * 1024];

    public ClientWebSocket Socket { get; } = new();

    public static async Task<LiveSocket> OpenAsync(TestServer server, string path, string token, HttpMessageInvoker? http = null, Version? version = null)
    {
        var live = new LiveSocket();
        live.Socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        if (version is not null)
        {
            live.Socket.Options.HttpVersion = version;
            live.Socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        var address = new UriBuilder(new Uri(server.Address, path)) { Scheme = server.Address.Scheme == "https" ? "wss" : "ws" };
        using var deadline = new CancellationTokenSource(Deadline.Default);
        await live.Socket.ConnectAsync(address.Uri, http, deadline.Token);
        return live;
    }

    public Task SendAsync(string text) => Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).Soon();

    /// <summary>The next frame; null: the server closed.</summary>
    public async Task<ServerFrame?> NextAsync()
    {
        var length = 0;
        while (true)
        {
            var result = await Socket.ReceiveAsync(new ArraySegment<byte>(_buffer, length, _buffer.Length - length), CancellationToken.None).Soon();
            length += result.Count;
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (result.EndOfMessage)
            {
                return JsonSerializer.Deserialize(_buffer.AsSpan(0, length), ProtocolJson.Default.ServerFrame);
            }
        }
    }

    public async Task<ServerFrame> NextAsync(string type)
    {
        var frame = await NextAsync();
        frame.ShouldNotBeNull().Type.ShouldBe(type);
        return frame;
    }

    public async Task<ServerFrame> UntilAsync(string type)
    {
        while (true)
        {
            var frame = await NextAsync();
            if (frame.ShouldNotBeNull().Type == type)
            {
                return frame;
            }
        }
    }

    /// <summary>Reads until the server closes, answers, and says with which code.</summary>
    public async Task<int> CloseCodeAsync()
    {
        while (await NextAsync() is not null)
        {
        }

        var code = (int)Socket.CloseStatus!.Value;
        if (Socket.State == WebSocketState.CloseReceived)
        {
            await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).Soon();
        }

        return code;
    }

    public ValueTask DisposeAsync()
    {
        Socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
