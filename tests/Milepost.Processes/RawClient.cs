using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Streams;

namespace Milepost.Processes;

public enum RawTransport
{
    WebSocket,
    ServerSentEvents,
    LongPoll,
}

/// <summary>
/// Reads the live protocol with nothing between: no deduplication, no gap repair. What the server sends is what the test sees.
/// </summary>
public sealed class RawClient(Uri address, string token, HttpClient http)
{
    /// <summary>Connects and yields frames until the server ends it or the caller stops enumerating (which cuts the connection).</summary>
    public IAsyncEnumerable<ServerFrame> ReadAsync(RawTransport transport, string streams, string since, CancellationToken cancellationToken)
    {
        var query = $"?streams={Uri.EscapeDataString(streams)}&since={Uri.EscapeDataString(since)}";
        return transport switch
        {
            RawTransport.WebSocket => WebSocketAsync(query, cancellationToken),
            RawTransport.ServerSentEvents => ServerSentEventsAsync(query, cancellationToken),
            _ => LongPollAsync(query, cancellationToken),
        };
    }

    private async IAsyncEnumerable<ServerFrame> WebSocketAsync(string query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + token);
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/ws", Query = query }.Uri, cancellationToken);
        var buffer = new byte[16 * 1024];
        var message = new MemoryStream();
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, cancellationToken);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                yield break;
            }

            message.Write(buffer, 0, received.Count);
            if (received.EndOfMessage)
            {
                yield return JsonSerializer.Deserialize(message.GetBuffer().AsSpan(0, (int)message.Length), ProtocolJson.Default.ServerFrame)!;
                message.SetLength(0);
            }
        }
    }

    private async IAsyncEnumerable<ServerFrame> ServerSentEventsAsync(string query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync("/api/v1/sse" + query, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
            {
                yield return JsonSerializer.Deserialize(line["data: ".Length..], ProtocolJson.Default.ServerFrame)!;
            }
        }
    }

    private async IAsyncEnumerable<ServerFrame> LongPollAsync(string query, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync("/api/v1/poll" + query, cancellationToken);
        var reply = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        foreach (var frame in JsonSerializer.Deserialize(reply, ProtocolJson.Default.PollReply)!.Frames)
        {
            yield return frame;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            response.EnsureSuccessStatusCode();
            return response;
        }
        catch (SocketException failure)
        {
            // .NET lets it through as it is when a connection is reset between being made and being used.
            throw new HttpRequestException(HttpRequestError.ConnectionError, failure.Message, failure);
        }
    }
}
