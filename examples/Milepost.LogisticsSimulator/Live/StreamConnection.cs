using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;

namespace Milepost.LogisticsSimulator.Live;

/// <summary>One client of a tenant's stream.</summary>
/// <param name="abort">Resets the connection.</param>
internal sealed class StreamConnection(Action abort)
{
    private const int LongestQueue = 20_000;

    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(1);

    /// <summary>A client that reads too slowly is sent away rather than kept in memory.</summary>
    private readonly Channel<string?> _queue = Channel.CreateBounded<string?>(new BoundedChannelOptions(LongestQueue) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private volatile bool _frozen;

    /// <summary>The number of the newest message that was sent here.</summary>
    public long Sent { get; set; }

    /// <summary>When something was last sent, as a timestamp of the clock.</summary>
    public long Wrote { get; set; }

    /// <summary>How many messages were sent since the connection is to break after some.</summary>
    public int SinceFault { get; set; }

    /// <summary>It came while the stream was silent, so it stays silent.</summary>
    public bool GotNoHello { get; set; }

    /// <summary>It seems dead from now on.</summary>
    public bool Frozen => _frozen;

    public void Freeze() => _frozen = true;

    public void Write(string text)
    {
        if (!_queue.Writer.TryWrite(text) && !Frozen)
        {
            Break();
        }
    }

    public void Break() => abort();

    /// <summary>Breaks off without a close frame when what was written is sent.</summary>
    public void BreakAfterSending()
    {
        if (!_queue.Writer.TryWrite(null))
        {
            Break();
        }
    }

    /// <summary>Sends what is written and waits for the client's close, until the connection ends or the service stops.</summary>
    public async Task RunAsync(WebSocket socket, CancellationToken stopping)
    {
        using var stop = stopping.Register(BreakIfFrozen);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var sending = SendAllAsync(socket, over.Token);
        var receiving = ReceiveCloseAsync(socket);
        try
        {
            await Task.WhenAny(sending, receiving);
            await over.CancelAsync();
            if (await sending)
            {
                return;
            }

            await CloseAsync(socket, receiving, stopping);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException or TimeoutException)
        {
            // The connection is gone, by our own fault or by the client's will.
            abort();
        }
    }

    private void BreakIfFrozen()
    {
        if (Frozen)
        {
            Break();
        }
    }

    /// <summary>True where the connection is to end here without a close frame.</summary>
    private async Task<bool> SendAllAsync(WebSocket socket, CancellationToken cancellation)
    {
        try
        {
            while (await _queue.Reader.ReadAsync(cancellation) is { } text)
            {
                // Not cancelled in the middle of a frame: who stops lets the frame end.
                await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }

            return true;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Reads until the client closes; what else it says does not count.</summary>
    private static async Task ReceiveCloseAsync(WebSocket socket)
    {
        var buffer = new byte[1024];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
        {
        }
    }

    private static async Task CloseAsync(WebSocket socket, Task receiving, CancellationToken stopping)
    {
        if (receiving.IsCompleted)
        {
            await receiving;
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);
        }
        else if (stopping.IsCancellationRequested)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "the service restarts", CancellationToken.None);
            await receiving.WaitAsync(LongestGoodbye, CancellationToken.None);
        }
    }
}
