using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Streams;

/// <summary>Streams that a loop has to look at: each once, however often it was added, so the set is no larger than what is followed.</summary>
internal sealed class StreamsToLookAt
{
    private readonly Lock _lock = new();
    private HashSet<StreamName> _streams = [];
    private TaskCompletionSource? _waiting;

    public void Add(StreamName stream)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _streams.Add(stream);
            waiting = _waiting;
            _waiting = null;
        }

        waiting?.TrySetResult();
    }

    public HashSet<StreamName> Take()
    {
        lock (_lock)
        {
            var taken = _streams;
            _streams = [];
            return taken;
        }
    }

    /// <summary>Completes when there is one.</summary>
    public Task WhenAny()
    {
        lock (_lock)
        {
            return _streams.Count > 0
                ? Task.CompletedTask
                : (_waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
