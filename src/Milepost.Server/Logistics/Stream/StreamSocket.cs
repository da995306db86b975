using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Logistics.Stream;

/// <summary>What came out of reading one message.</summary>
internal enum SocketRead
{
    Text,

    /// <summary>A message that is too large or not text; it was read past.</summary>
    Unusable,

    Closed,

    /// <summary>A message without end.</summary>
    Endless,
}

/// <summary>One WebSocket to the location stream. Ending it never waits for the service.</summary>
internal sealed class StreamSocket : IDisposable
{
    public const string Subprotocol = "logistics.v1";

    /// <summary>The largest message that is read; the contract allows a quarter of it.</summary>
    public const int MaxMessage = 64 * 1024;

    // So much of a message is read past before the connection is given up.
    private const int MaxPassed = 4 * 1024 * 1024;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    private readonly ClientWebSocket _socket = new();
    private readonly byte[] _buffer = new byte[MaxMessage];
    private readonly HttpMessageInvoker _invoker;

    private StreamSocket(HttpMessageInvoker invoker, string token)
    {
        _invoker = invoker;
        _socket.Options.AddSubProtocol(Subprotocol);
        _socket.Options.CollectHttpResponseDetails = true;
        // The service's own heartbeat tells whether it lives.
        _socket.Options.KeepAliveInterval = TimeSpan.Zero;
        if (token.Length > 0)
        {
            _socket.Options.SetRequestHeader("Authorization", $"Bearer {token}");
        }
    }

    /// <summary>The last text that was read; valid until the next one.</summary>
    public ReadOnlyMemory<byte> Message { get; private set; }

    /// <exception cref="StreamRefusedException">The service answered the handshake with something else.</exception>
    /// <exception cref="WebSocketException">It did not come about.</exception>
    public static async Task<StreamSocket> ConnectAsync(Uri address, string token, CancellationToken cancellationToken)
    {
        var socket = new StreamSocket(new HttpMessageInvoker(OutgoingHttp.Handler(authorities: null, connect: null)), token);
        try
        {
            await socket._socket.ConnectAsync(address, socket._invoker, cancellationToken);
            return socket._socket.SubProtocol == Subprotocol ? socket : throw new StreamRefusedException(null);
        }
        catch (WebSocketException) when (socket._socket.HttpStatusCode != default && socket._socket.HttpStatusCode != HttpStatusCode.SwitchingProtocols)
        {
            var wait = socket.RetryAfter();
            socket.Dispose();
            throw new StreamRefusedException(wait);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async Task<SocketRead> ReadAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        long passed = 0;
        while (true)
        {
            if (length == _buffer.Length)
            {
                // What is larger than the buffer is read past, in place.
                passed += length;
                length = 0;
            }

            var part = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return SocketRead.Closed;
            }

            if (part.EndOfMessage)
            {
                Message = _buffer.AsMemory(0, length);
                return passed == 0 && part.MessageType == WebSocketMessageType.Text ? SocketRead.Text : SocketRead.Unusable;
            }

            if (passed > MaxPassed)
            {
                return SocketRead.Endless;
            }
        }
    }

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
        _invoker.Dispose();
    }

    private TimeSpan? RetryAfter() =>
        _socket.HttpResponseHeaders is { } headers && headers.TryGetValue("Retry-After", out var values)
        && int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, LongestWait.TotalSeconds)) : null;
}

/// <summary>The service answered the handshake and did not open the stream.</summary>
internal sealed class StreamRefusedException(TimeSpan? retryAfter) : Exception("The logistics service did not open the stream.")
{
    public TimeSpan? RetryAfter => retryAfter;
}
