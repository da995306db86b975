using NodaTime;

namespace Milepost.Core.Etas;

/// <summary>A delivered order and what was promised.</summary>
/// <param name="DeliveredAt">When it was delivered.</param>
/// <param name="PromisedAt">The promised time.</param>
/// <param name="PromisedTo">The end of the promised window; null: a time was promised, no window.</param>
public readonly record struct KeptPromise(DateTimeOffset DeliveredAt, DateTimeOffset PromisedAt, DateTimeOffset? PromisedTo)
{
    /// <summary>How much later than the window's end, or the time where there was no window; negative: sooner.</summary>
    public TimeSpan Lateness => DeliveredAt - (PromisedTo ?? PromisedAt);

    /// <summary>How much later than the promised time; negative: sooner.</summary>
    public TimeSpan Error => DeliveredAt - PromisedAt;
}

/// <summary>How promises were kept.</summary>
public sealed record PromiseFigures
{
    /// <summary>Orders delivered that had a promise.</summary>
    public required int Delivered { get; init; }

    /// <summary>Of these not later than promised.</summary>
    public required int Kept { get; init; }

    /// <summary>0 to 1; null: none was delivered.</summary>
    public double? KeptShare => Delivered == 0 ? null : (double)Kept / Delivered;

    /// <summary>Half of the orders were not later than this behind the promised window's end; negative: sooner.</summary>
    public required TimeSpan? MedianLateness { get; init; }

    /// <summary>Nine of ten were not later than this.</summary>
    public required TimeSpan? NinetiethLateness { get; init; }

    /// <summary>The mean distance from the promised time: above zero we promise too early, below too late.</summary>
    public required TimeSpan? Bias { get; init; }

    public static PromiseFigures Of(IReadOnlyCollection<KeptPromise> promises)
    {
        TimeSpan[] lateness = [.. promises.Select(promise => promise.Lateness).Order()];
        return new PromiseFigures
        {
            Delivered = lateness.Length,
            Kept = lateness.Count(late => late <= TimeSpan.Zero),
            MedianLateness = Percentile(lateness, 50),
            NinetiethLateness = Percentile(lateness, 90),
            Bias = lateness.Length == 0 ? null : TimeSpan.FromSeconds(promises.Average(promise => promise.Error.TotalSeconds)),
        };
    }

    // Nearest rank: a lateness that occurred.
    private static TimeSpan? Percentile(TimeSpan[] sorted, int percent) =>
        sorted.Length == 0 ? null : sorted[((sorted.Length * percent) + 99) / 100 - 1];
}

/// <summary>The figures of one day.</summary>
public sealed record PromiseDay(DateOnly Day, PromiseFigures Figures);

/// <summary>How promises were kept, altogether and by the day of delivery.</summary>
public sealed record PromiseReport(PromiseFigures All, IReadOnlyList<PromiseDay> Days)
{
    /// <summary>Aggregates.</summary>
    /// <param name="promises">The delivered orders with a promise.</param>
    /// <param name="zone">Whose days.</param>
    public static PromiseReport Of(IReadOnlyCollection<KeptPromise> promises, DateTimeZone zone) => new(
        PromiseFigures.Of(promises),
        [.. promises
            .GroupBy(promise => Instant.FromDateTimeOffset(promise.DeliveredAt).InZone(zone).Date.ToDateOnly())
            .OrderBy(day => day.Key)
            .Select(day => new PromiseDay(day.Key, PromiseFigures.Of([.. day])))]);
}
