using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>Over what somebody follows an order.</summary>
internal enum Transport
{
    WebSocket,
    EventSource,
    Poll,
}

/// <summary>The frames of one stream from its beginning, over each transport, until the reader has enough. A connection may be quiet for as long as it likes.</summary>
internal static class Feeds
{
    public static IAsyncEnumerable<ServerFrame> OpenAsync(TestServer server, Transport transport, string stream, string token, CancellationToken cancellationToken) => transport switch
    {
        Transport.WebSocket => SocketAsync(server, stream, token, cancellationToken),
        Transport.EventSource => EventsAsync(server, stream, token, cancellationToken),
        Transport.Poll => PollAsync(server, stream, token, cancellationToken),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static async IAsyncEnumerable<ServerFrame> SocketAsync(TestServer server, string stream, string token, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var live = await LiveSocket.OpenAsync(server, $"/ws?streams={stream}&since=earliest", token);
        var buffer = new byte[256 * 1024];
        for (var length = 0; ;)
        {
            var part = await live.Socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            part.MessageType.ShouldNotBe(WebSocketMessageType.Close);
            length += part.Count;
            if (part.EndOfMessage)
            {
                yield return JsonSerializer.Deserialize(buffer.AsSpan(0, length), ProtocolJson.Default.ServerFrame)!;
                length = 0;
            }
        }
    }

    private static async IAsyncEnumerable<ServerFrame> EventsAsync(TestServer server, string stream, string token, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const string data = "data: ";
        using var http = server.Http(token);
        using var response = await http.GetAsync($"/api/v1/sse?streams={stream}&since=earliest", HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(data, StringComparison.Ordinal))
            {
                yield return JsonSerializer.Deserialize(line[data.Length..], ProtocolJson.Default.ServerFrame)!;
            }
        }
    }

    private static async IAsyncEnumerable<ServerFrame> PollAsync(TestServer server, string stream, string token, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var http = server.Http(token);
        var since = "earliest";
        while (true)
        {
            var reply = (await http.GetFromJsonAsync($"/api/v1/poll?streams={stream}&since={Uri.EscapeDataString(since)}", ProtocolJson.Default.PollReply, cancellationToken))!;
            foreach (var frame in reply.Frames)
            {
                yield return frame;
            }

            since = reply.Cursor;
        }
    }
}
