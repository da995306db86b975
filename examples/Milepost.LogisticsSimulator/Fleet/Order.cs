using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Fleet;

/// <summary>An order on its way.</summary>
internal sealed class Order(string id)
{
    private readonly List<(OrderPhase Phase, TaskCompletionSource Reached)> _waiting = [];

    public string Id { get; } = id;

    public required Driver Driver { get; set; }

    public required Stop Pickup { get; set; }

    public required Stop Drop { get; set; }

    public OrderPhase Phase { get; private set; } = OrderPhase.Assigned;

    public bool IsOpen => Phase < OrderPhase.Done;

    public long RouteVersion { get; set; }

    public Line? Route { get; set; }

    public long EtaVersion { get; set; }

    public Estimate? Eta { get; set; }

    public void Enter(OrderPhase phase)
    {
        Phase = phase;
        foreach (var (awaited, reached) in _waiting.ToList())
        {
            if (awaited <= phase && phase != OrderPhase.Withdrawn)
            {
                reached.TrySetResult();
            }
            else if (phase == OrderPhase.Withdrawn)
            {
                reached.TrySetException(new InvalidOperationException($"the order {Id} was withdrawn"));
            }
        }

        _waiting.RemoveAll(waiting => waiting.Reached.Task.IsCompleted);
    }

    /// <summary>Goes to another driver, from the beginning.</summary>
    public void BeginAnew() => Phase = OrderPhase.Assigned;

    public Task ReachesAsync(OrderPhase phase)
    {
        if (Phase >= phase)
        {
            return Task.CompletedTask;
        }

        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Add((phase, reached));
        return reached.Task;
    }
}

/// <summary>The way to an order's destination.</summary>
/// <param name="Places">Its corners, from where the driver was when it was made.</param>
/// <param name="Meters">Its length.</param>
/// <param name="Seconds">How long it was expected to take.</param>
internal sealed record Line(IReadOnlyList<Place> Places, double Meters, double Seconds);

/// <summary>When an order is expected.</summary>
internal sealed record Estimate(DateTimeOffset At, DateTimeOffset From, DateTimeOffset To, int StopsBefore, string? Reason, string Confidence, DateTimeOffset CalculatedAt, string DriverId);
