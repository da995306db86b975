namespace Milepost.Core.Tracking;

/// <summary>What to do with a fix for those who follow an order.</summary>
/// <param name="State">The new state.</param>
/// <param name="Publish">Send this one now; null: none.</param>
/// <param name="HeldUntil">One is held: ask again then. Null: none is.</param>
public readonly record struct ConflationStep(Conflation State, LocationFix? Publish, DateTimeOffset? HeldUntil);

/// <summary>
/// At most one fix per order and interval; the newest wins. The first goes out at once, the last of a burst at the interval's end: nothing that is
/// the newest stays unsent.
/// </summary>
/// <param name="PublishedAt">When the last one went out, by our clock.</param>
/// <param name="Held">The newest one since, which waits.</param>
public sealed record Conflation(DateTimeOffset? PublishedAt, LocationFix? Held)
{
    public static readonly Conflation Start = new(null, null);

    /// <summary>A fix came.</summary>
    public ConflationStep Offer(LocationFix fix, TimeSpan interval, DateTimeOffset now) =>
        (Held is null || fix.Time > Held.Time ? this with { Held = fix } : this).Due(interval, now);

    /// <summary>Time went by.</summary>
    public ConflationStep Due(TimeSpan interval, DateTimeOffset now)
    {
        if (Held is null)
        {
            return new ConflationStep(this, null, null);
        }

        // Where the clock was put back, the end of the interval is not waited for.
        var open = PublishedAt is { } last && last <= now ? last + interval : now;
        return open <= now ? new ConflationStep(new Conflation(now, null), Held, null) : new ConflationStep(this, null, open);
    }
}
