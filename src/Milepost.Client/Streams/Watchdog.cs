namespace Milepost.Client.Streams;

/// <summary>Cancels <see cref="Token"/> when nobody has called <see cref="Restart"/> for a while, or at <see cref="End"/>.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly ITimer _timer;
    private volatile bool _barked;

    public Watchdog(TimeProvider clock, TimeSpan first) =>
        _timer = clock.CreateTimer(static state => ((Watchdog)state!).Bark(), this, first, Timeout.InfiniteTimeSpan);

    public CancellationToken Token => _source.Token;

    /// <summary>True when silence was the cause.</summary>
    public bool Barked => _barked;

    public void Restart(TimeSpan silence) => _timer.Change(silence, Timeout.InfiniteTimeSpan);

    public void End()
    {
        lock (_source)
        {
            if (!_disposed)
            {
                _source.Cancel();
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        // A _timer callback or a cancelled follow may be about to cancel: not after this.
        lock (_source)
        {
            _disposed = true;
            _source.Dispose();
        }
    }

    private bool _disposed;

    private void Bark()
    {
        _barked = true;
        End();
    }
}
