using Milepost.Server.Channels;
using Milepost.Testing;

namespace Milepost.Server.Tests.Worker;

/// <summary>A provider at the edge of the process.</summary>
internal sealed class Far : IProvider
{
    private readonly Lock _gate = new();
    private readonly List<OutgoingMessage> _sent = [];
    private readonly List<string> _taken = [];
    private (Predicate<OutgoingMessage> Which, TaskCompletionSource Reached)? _waiting;

    public static SendAnswer Taken(OutgoingMessage message) => new SendAnswer.Taken("ok");

    public string Name => "far";

    public Func<OutgoingMessage, SendAnswer> Answer { get; set; } = Taken;

    public Func<OutgoingMessage, Task> Wait { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<OutgoingMessage> Sent
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent];
            }
        }
    }

    public IReadOnlyList<string> TakenIds
    {
        get
        {
            lock (_gate)
            {
                return [.. _taken];
            }
        }
    }

    public Task ReachedAsync(Predicate<OutgoingMessage> which)
    {
        lock (_gate)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting = (which, reached);
            if (_sent.Exists(which))
            {
                reached.TrySetResult();
            }

            return reached.Task.Soon();
        }
    }

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _sent.Add(message);
            if (_waiting is { } waiting && waiting.Which(message))
            {
                waiting.Reached.TrySetResult();
            }
        }

        await Wait(message);
        var answer = Answer(message);
        lock (_gate)
        {
            if (answer is SendAnswer.Taken)
            {
                _taken.Add(message.DeliveryId);
            }
        }

        return answer;
    }
}
