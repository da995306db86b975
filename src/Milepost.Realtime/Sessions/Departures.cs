namespace Milepost.Realtime.Sessions;

/// <summary>
/// Takes connections down in turns when very many end at once: a load balancer restarts, a network breaks. More than half of what that costs is the
/// system's part of closing sockets, and whoever posts an event meanwhile must not wait behind thousands of them. A connection that ends alone waits for nobody.
/// </summary>
internal sealed class Departures(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(10);

    /// <summary>How many go in one turn: a thousand a second for each processor.</summary>
    internal static readonly int AtOnce = 10 * Environment.ProcessorCount;

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = [];
    private ITimer? _timer;
    private int _gone;

    /// <summary>Completes when it is this connection's turn.</summary>
    public Task TurnAsync()
    {
        lock (_lock)
        {
            if (_gone++ == 0)
            {
                (_timer ??= time.CreateTimer(static departures => ((Departures)departures!).Next(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan))
                    .Change(Every, Timeout.InfiniteTimeSpan);
            }

            if (_gone <= AtOnce)
            {
                return Task.CompletedTask;
            }

            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(turn);
            return turn.Task;
        }
    }

    private void Next()
    {
        lock (_lock)
        {
            for (_gone = 0; _gone < AtOnce && _waiting.TryDequeue(out var turn); _gone++)
            {
                turn.SetResult();
            }

            if (_gone > 0)
            {
                _timer!.Change(Every, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
