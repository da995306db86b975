using Milepost.Protocol.Streams;
using Milepost.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>Somebody who looks all the time and remembers everything, in order.</summary>
/// <typeparam name="T">What they see at a time.</typeparam>
internal sealed class Watcher<T> : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<T> _seen = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _looking;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Watcher(string name, Audience audience, Func<CancellationToken, IAsyncEnumerable<T>> look)
    {
        (Name, Audience) = (name, audience);
        _looking = LookAsync(look);
    }

    public string Name { get; }

    public Audience Audience { get; }

    public IReadOnlyList<T> Seen
    {
        get
        {
            lock (_gate)
            {
                return [.. _seen];
            }
        }
    }

    /// <summary>Waits until what was seen is enough.</summary>
    public async Task UntilAsync(Func<IReadOnlyList<T>, bool> enough, string what)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (true)
        {
            Task more;
            lock (_gate)
            {
                more = _more.Task;
            }

            var seen = Seen;
            if (enough(seen))
            {
                return;
            }

            _looking.IsCompleted.ShouldBeFalse($"{Name} cannot look any more: {_looking.Exception?.GetBaseException()}");
            try
            {
                await Task.WhenAny(more, _looking).WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException late)
            {
                throw new TimeoutException($"{Name} was never shown {what}. The last of {seen.Count}: {string.Join("; ", seen.TakeLast(8))}", late);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking.Soon();
        _stop.Dispose();
    }

    private async Task LookAsync(Func<CancellationToken, IAsyncEnumerable<T>> look)
    {
        try
        {
            await foreach (var next in look(_stop.Token))
            {
                lock (_gate)
                {
                    _seen.Add(next);
                    _more.TrySetResult();
                    _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Nobody looks any more: a connection that is cut off ends in one way or another.
        }
    }
}
