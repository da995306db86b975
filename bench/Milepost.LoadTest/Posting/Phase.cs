namespace Milepost.LoadTest.Posting;

/// <summary>The parts of a run. What is measured is reported for each of them apart.</summary>
internal enum Phase
{
    /// <summary>Counts for losses, not for latencies.</summary>
    WarmUp,
    Steady,

    /// <summary>From the reset of all connections to the end of the steady rate.</summary>
    Storm,
    Burst,
}

/// <summary>The numbers of the first events of the phases; a phase that does not happen begins where the next one does.</summary>
internal sealed record PhaseBounds(long Steady, long Storm, long Burst, long End)
{
    public Phase Of(long number) =>
        number < Steady ? Phase.WarmUp
        : number < Storm ? Phase.Steady
        : number < Burst ? Phase.Storm
        : Phase.Burst;

    public long Count(Phase phase) => phase switch
    {
        Phase.WarmUp => Steady,
        Phase.Steady => Storm - Steady,
        Phase.Storm => Burst - Storm,
        _ => End - Burst,
    };
}
