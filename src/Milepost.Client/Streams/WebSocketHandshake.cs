using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Milepost.Client.Http;

namespace Milepost.Client.Streams;

/// <summary>
/// Opens a WebSocket (RFC 6455, 4.1) over the client's own HTTP connections. Not by ClientWebSocket, because that one hides the body
/// of a refused handshake, and the body has the code by which a program decides.
/// </summary>
internal static class WebSocketHandshake
{
    private const string SubProtocol = "milepost.v1";
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(20);

    public static async Task<WebSocket> OpenAsync(MilepostHttp http, string path, TimeProvider clock, CancellationToken cancellationToken)
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        using var request = new HttpRequestMessage(HttpMethod.Get, http.Address(path)) { Version = HttpVersion.Version11 };
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", SubProtocol);
        var response = await http.SendRawAsync(request, cancellationToken);
        try
        {
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
            {
                throw await Refusal.ReadAsync(response, clock, cancellationToken);
            }

            if (Header(response, "Sec-WebSocket-Accept") != AcceptFor(key) || Header(response, "Sec-WebSocket-Protocol") != SubProtocol)
            {
                throw new MilepostException(MilepostException.UnexpectedAnswer, "The server does not speak milepost.v1 on WebSocket", (int)response.StatusCode);
            }

            var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            return WebSocket.CreateFromStream(
                stream, new WebSocketCreationOptions { SubProtocol = SubProtocol, KeepAliveInterval = KeepAlive, KeepAliveTimeout = KeepAlive });
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    private static string AcceptFor(string key)
    {
#pragma warning disable CA5350 // RFC 6455, 4.2.2 prescribes SHA-1; it proves that the peer speaks the protocol, not who it is.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }
}
