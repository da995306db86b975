using System.Net.WebSockets;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Streams;

namespace Milepost.Client.Streams;

/// <summary>The sending half of a WebSocket: one frame at a time, acknowledgements gathered, and the close frame last.</summary>
internal sealed class WebSocketSender(WebSocket socket, TimeProvider clock, TimeSpan ackInterval)
{
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private string? _pending;
    private bool _armed;
    private Task? _end;

    /// <summary>The newest cursor is sent when the interval is over: cumulative, so the ones before need not be.</summary>
    public void Acknowledge(string cursor)
    {
        if (ackInterval == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        lock (_gate)
        {
            _pending = cursor;
            if (!_armed && _end is null)
            {
                _armed = true;
                _timer ??= clock.CreateTimer(static state => _ = ((WebSocketSender)state!).AckDueAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(ackInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public async ValueTask SendAsync(ClientFrame frame, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(frame, ProtocolJson.Default.ClientFrame);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(bytes.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends the last acknowledgement and the close frame. Calling it again waits for the first call.</summary>
    public Task EndAsync()
    {
        lock (_gate)
        {
            return _end ??= CloseAsync();
        }
    }

    private async Task CloseAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        await SendPendingAsync();
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var limit = new CancellationTokenSource(SendLimit, clock);
            try
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, limit.Token);
            }
            catch (Exception cause) when (cause is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                // The other side is gone already: there is nobody left to say goodbye to.
                socket.Abort();
            }
        }
    }

    private async Task AckDueAsync()
    {
        lock (_gate)
        {
            _armed = false;
        }

        await SendPendingAsync();
    }

    private async Task SendPendingAsync()
    {
        var cursor = Interlocked.Exchange(ref _pending, null);
        if (cursor is null || socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var limit = new CancellationTokenSource(SendLimit, clock);
        try
        {
            await SendAsync(new ClientFrame { Type = FrameTypes.Ack, Cursor = cursor }, limit.Token);
        }
        catch (Exception cause) when (cause is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The reader meets the same _end and reports it; the next connection's cursor says at least as much as this acknowledgement.
            socket.Abort();
        }
    }
}
