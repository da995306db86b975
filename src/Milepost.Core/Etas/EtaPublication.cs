namespace Milepost.Core.Etas;

/// <summary>What became of a new estimate.</summary>
public enum EtaVerdict
{
    /// <summary>Shown: there was none.</summary>
    First,

    /// <summary>Shown at once: it got later.</summary>
    Later,

    /// <summary>Shown: it has been earlier for long enough.</summary>
    Earlier,

    /// <summary>Not shown: nearly the same.</summary>
    Same,

    /// <summary>Not shown yet: earlier, and that may pass.</summary>
    Settling,
}

/// <summary>What a customer was shown, and what waits; kept as JSON.</summary>
public sealed record EtaState
{
    /// <summary>What is shown; null: nothing yet.</summary>
    public EtaEstimate? Shown { get; init; }

    public DateTimeOffset? ShownAt { get; init; }

    /// <summary>Since when each estimate was much earlier than what is shown.</summary>
    public DateTimeOffset? EarlierSince { get; init; }

    /// <summary>The latest of these: what all of them agree on.</summary>
    public EtaEstimate? Earlier { get; init; }

    /// <summary>How often the shown one has changed.</summary>
    public int Revision { get; init; }

    /// <summary>Somebody else showed this one: what follows is measured by it.</summary>
    public EtaState With(EtaEstimate shown, DateTimeOffset now) => new() { Shown = shown, ShownAt = now, Revision = Revision + 1 };
}

/// <summary>A step of <see cref="EtaPublication"/>.</summary>
/// <param name="State">The new state; the same object where nothing changed.</param>
/// <param name="Verdict">What became of the estimate.</param>
/// <param name="CheckAt">While settling: when to step again, with the newest estimate there is then.</param>
public readonly record struct EtaStep(EtaState State, EtaVerdict Verdict, DateTimeOffset? CheckAt)
{
    /// <summary>Tell the customer <see cref="EtaState.Shown"/>.</summary>
    public bool Publish => Verdict is EtaVerdict.First or EtaVerdict.Later or EtaVerdict.Earlier;
}

/// <summary>
/// Decides when a customer is shown another ETA, so that it does not flap: only if it differs by two minutes or a tenth of the remaining time, whichever is
/// more, or lies outside of the shown window. Later at once; earlier when it has been so for a minute, and then the latest of that minute. Never in the past.
/// </summary>
public static class EtaPublication
{
    /// <summary>Nobody is told less than this.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromMinutes(1);

    /// <summary>So long an ETA must be earlier.</summary>
    public static readonly TimeSpan Stable = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan SmallestChange = TimeSpan.FromMinutes(2);
    private const double ShareOfRemaining = 0.1;

    public static EtaStep Step(EtaState? before, EtaEstimate raw, DateTimeOffset now)
    {
        var state = before ?? new EtaState();
        var estimate = Ahead(raw, now);
        if (state.Shown is not { } shown)
        {
            return Show(state, estimate, EtaVerdict.First, now);
        }

        if (!IsNews(shown, estimate, raw.At < estimate.At, now))
        {
            return new EtaStep(Settled(state), EtaVerdict.Same, null);
        }

        if (estimate.At > shown.At)
        {
            return Show(state, estimate, EtaVerdict.Later, now);
        }

        var since = state.EarlierSince ?? now;
        var careful = state.Earlier is { } other && other.At > estimate.At ? Ahead(other, now) : estimate;
        return now - since >= Stable
            ? Show(state, careful, EtaVerdict.Earlier, now)
            : new EtaStep(state with { EarlierSince = since, Earlier = careful }, EtaVerdict.Settling, since + Stable);
    }

    private static bool IsNews(EtaEstimate shown, EtaEstimate estimate, bool isLifted, DateTimeOffset now)
    {
        var share = (estimate.At - now) * ShareOfRemaining;

        // Who gave a time and no window has not said that it is exact. A time that only the floor keeps ahead leaves every window sooner or later, and is no news.
        var hasWindow = shown.From < shown.To && !isLifted;
        return (estimate.At - shown.At).Duration() >= (share > SmallestChange ? share : SmallestChange) || (hasWindow && (estimate.At < shown.From || estimate.At > shown.To));
    }

    private static EtaStep Show(EtaState state, EtaEstimate estimate, EtaVerdict verdict, DateTimeOffset now) => new(state.With(estimate, now), verdict, null);

    private static EtaState Settled(EtaState state) => state.EarlierSince is null ? state : state with { EarlierSince = null, Earlier = null };

    private static EtaEstimate Ahead(EtaEstimate raw, DateTimeOffset now)
    {
        var at = Max(raw.At, now + Floor);
        var from = Max(raw.From, now);

        // Of a window that lies before that nothing is left.
        return raw.To > at ? raw with { At = at, From = from < at ? from : at } : raw with { At = at, From = raw.At < at ? at : from < at ? from : at, To = at };
    }

    private static DateTimeOffset Max(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
