namespace Milepost.Core.Deliveries;

/// <summary>Waits twice as long after each refusal, up to a limit.</summary>
/// <param name="First">The wait after the first attempt.</param>
/// <param name="Longest">No wait is longer.</param>
/// <param name="Attempts">How many attempts there are at most.</param>
public sealed record RetrySchedule(TimeSpan First, TimeSpan Longest, int Attempts)
{
    /// <summary>How long to wait behind so many attempts; null when there have been enough.</summary>
    /// <param name="attempts">The attempts so far, at least 1.</param>
    /// <param name="chance">
    /// From 0 to 1. The wait lies between half of the full one and the full one: what failed together does not come back together, and never at once.
    /// </param>
    public TimeSpan? After(int attempts, double chance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        if (attempts >= Attempts)
        {
            return null;
        }

        var full = Math.Min(Longest.Ticks, First.Ticks * Math.Pow(2, attempts - 1));
        return TimeSpan.FromTicks((long)(full * (0.5 + (Math.Clamp(chance, 0, 1) / 2))));
    }
}
