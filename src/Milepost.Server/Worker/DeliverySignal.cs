using System.Threading.Channels;

namespace Milepost.Server.Worker;

/// <summary>Wakes this node's worker: something was queued here, or a place became free.</summary>
internal sealed class DeliverySignal
{
    // One is enough: the pass that it starts takes whatever there is.
    private readonly Channel<bool> _raised = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Raise() => _raised.Writer.TryWrite(true);

    /// <summary>Returns when raised since the last return, or at the latest after <paramref name="patience"/>.</summary>
    public async Task WaitAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await _raised.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Other nodes queue without telling this one, and time makes things due.
        }
    }
}
