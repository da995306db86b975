using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using Milepost.Client.Http;
using Milepost.Protocol;
using Milepost.Protocol.Streams;

namespace Milepost.Client.Streams;

/// <summary>Reads frames from one WebSocket and tells the server, at most once per interval, what the consumer has.</summary>
internal sealed class WebSocketConnection : IStreamConnection
{
    private const int LargestFrame = 4 * 1024 * 1024;
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(2);
    private readonly WebSocket _socket;
    private readonly Watchdog _watchdog;
    private readonly WebSocketSender _sender;
    private int _ending;

    private WebSocketConnection(WebSocket socket, Watchdog watchdog, MilepostClientOptions options)
    {
        _socket = socket;
        _watchdog = watchdog;
        _sender = new WebSocketSender(_socket, options.TimeProvider, options.AckInterval);
    }

    public static async ValueTask<IStreamConnection> OpenAsync(
        MilepostHttp http, FollowRequest request, string? since, Watchdog watchdog, MilepostClientOptions options)
    {
        var path = StreamAddress.WebSocket(request.Streams, since);
        var opened = await WebSocketHandshake.OpenAsync(http, path ?? "/ws", options.TimeProvider, watchdog.Token);
        // From here on the _socket's own PINGs watch over the connection; the token is for the orderly end.
        watchdog.Restart(Timeout.InfiniteTimeSpan);
        var connection = new WebSocketConnection(opened, watchdog, options);
        watchdog.Token.UnsafeRegister(static state => ((WebSocket)state!).Abort(), opened);
        if (path is null)
        {
            await connection._sender.SendAsync(new ClientFrame { Type = FrameTypes.Subscribe, Streams = request.Streams, Since = since }, watchdog.Token);
        }

        return connection;
    }

    public async ValueTask<Received> ReadAsync()
    {
        try
        {
            while (true)
            {
                // Waiting without a buffer: most follows are idle most of the time. No token here: a cancelled receive would abort the
                // _socket, and the last acknowledgement could not be sent any more (see BeginEnd).
                var result = await _socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    return Received.End(Ending.OfClose((int?)_socket.CloseStatus ?? 1005, _socket.CloseStatusDescription));
                }

                if (!result.EndOfMessage)
                {
                    return await ReadMessageAsync();
                }
            }
        }
        catch (OperationCanceledException cause)
        {
            // Nobody has cancelled: the _socket was aborted under this read, by an acknowledgement that could not be sent or by a PING
            // without an answer. To the follow that is a broken connection like any other.
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, cause.InnerException?.Message ?? cause.Message, cause);
        }
    }

    public void Took(string cursor) => _sender.Acknowledge(cursor);

    public ValueTask RenewAsync(string token) => _sender.SendAsync(new ClientFrame { Type = FrameTypes.Token, Token = token }, _watchdog.Token);

    public void BeginEnd()
    {
        if (Interlocked.Exchange(ref _ending, 1) == 0)
        {
            _watchdog.Restart(EndLimit);
            _ = _sender.EndAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        BeginEnd();
        await _sender.EndAsync();
        await DrainAsync();
        _socket.Dispose();
    }

    /// <summary>Waits for the server's close frame: a _socket closed over unread data would be reset, and take the last acknowledgement with it.</summary>
    private async ValueTask DrainAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            while (_socket.State == WebSocketState.CloseSent)
            {
                await _socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
            }
        }
        catch (Exception cause) when (cause is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut off, by the other side or by the watchdog: it is closed either way.
            _socket.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask<Received> ReadMessageAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(4096);
        var length = 0;
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += result.Count;
                if (result.EndOfMessage)
                {
                    break;
                }

                if (length == LargestFrame)
                {
                    return Received.Fault("a frame is larger than 4 MiB");
                }

                if (length == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                    buffer.AsSpan().CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            var frame = JsonSerializer.Deserialize(buffer.AsSpan(0, length), ProtocolJson.Default.ServerFrame);
            return frame is null ? Received.Fault("a frame is null") : Received.Of(frame);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
