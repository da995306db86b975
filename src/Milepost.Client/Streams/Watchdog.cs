namespace Milepost.Client.Streams;

/// <summary>Cancels <see cref="Token"/> when nobody has called <see cref="Restart"/> for a while, or at <see cref="End"/>.</summary>
internal sealed class Watchdog : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly ITimer timer;
    private volatile bool barked;

    public Watchdog(TimeProvider clock, TimeSpan first) =>
        timer = clock.CreateTimer(static state => ((Watchdog)state!).Bark(), this, first, Timeout.InfiniteTimeSpan);

    public CancellationToken Token => source.Token;

    /// <summary>True when silence was the cause.</summary>
    public bool Barked => barked;

    public void Restart(TimeSpan silence) => timer.Change(silence, Timeout.InfiniteTimeSpan);

    public void End()
    {
        lock (source)
        {
            if (!disposed)
            {
                source.Cancel();
            }
        }
    }

    public void Dispose()
    {
        timer.Dispose();
        // A timer callback or a cancelled follow may be about to cancel: not after this.
        lock (source)
        {
            disposed = true;
            source.Dispose();
        }
    }

    private bool disposed;

    private void Bark()
    {
        barked = true;
        End();
    }
}
