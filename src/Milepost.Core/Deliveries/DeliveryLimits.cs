namespace Milepost.Core.Deliveries;

/// <summary>One limit that a delivery takes from.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Scope">What is limited, for example <c>customer:c-1:push</c>.</param>
/// <param name="Period">0: a bucket that refills; else the number of the period that is counted (a day, a month).</param>
/// <param name="Amount">How much it takes: messages, or segments.</param>
/// <param name="Most">How much there is in the period, or in a full bucket.</param>
/// <param name="Refill">A bucket: how long one unit takes to come back.</param>
/// <param name="Ends">When the period is over; for a bucket nothing.</param>
/// <param name="Code">Why a delivery waits or stops that finds nothing left: <see cref="ClearanceCode.Limit"/> or <see cref="ClearanceCode.Budget"/>.</param>
public sealed record LimitTake(string Tenant, string Scope, long Period, int Amount, int Most, TimeSpan Refill, DateTimeOffset Ends, string Code);

/// <summary>The first limit that had nothing left, and when it has again.</summary>
public sealed record LimitReached(LimitTake Take, DateTimeOffset FreeAt);

/// <summary>The arithmetic of limits. Pure.</summary>
public static class LimitRules
{
    /// <summary>
    /// The value behind a take, or null where there is not enough. A bucket is a generic cell rate algorithm: its value is the time (ticks) up to
    /// which it is used, so nothing has to refill it.
    /// </summary>
    public static long? After(LimitTake take, long value, DateTimeOffset now)
    {
        if (take.Period != 0)
        {
            return value + take.Amount <= take.Most ? value + take.Amount : null;
        }

        var used = Math.Max(value, now.UtcTicks) + (take.Refill.Ticks * take.Amount);
        return used - now.UtcTicks <= take.Refill.Ticks * take.Most ? used : null;
    }

    /// <summary>When a take that found too little finds enough, if nobody else takes.</summary>
    public static DateTimeOffset FreeAt(LimitTake take, long value) =>
        take.Period != 0 ? take.Ends : new DateTimeOffset(value + (take.Refill.Ticks * (take.Amount - take.Most)), TimeSpan.Zero);

    /// <summary>From when on the row can be forgotten.</summary>
    public static long Ends(LimitTake take, long value) => take.Period != 0 ? take.Ends.UtcTicks : value;
}

/// <summary>Counts what goes out, for all nodes together.</summary>
public interface IDeliveryLimitStore
{
    /// <summary>Takes for several deliveries, in their order: each one from all its limits or from none. Null: taken; else what was in the way.</summary>
    Task<IReadOnlyList<LimitReached?>> TakeAsync(IReadOnlyList<IReadOnlyList<LimitTake>> takes, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>How much of a period is used.</summary>
    Task<long> UsedAsync(string tenant, string scope, long period, CancellationToken cancellationToken);

    /// <summary>Forgets periods that are over; answers how many.</summary>
    Task<int> ForgetAsync(DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>Takes in memory from values that were read: what both stores do between reading and writing.</summary>
public sealed class LimitRound(IReadOnlyDictionary<(string Tenant, string Scope, long Period), long> values, DateTimeOffset now)
{
    private readonly Dictionary<(string Tenant, string Scope, long Period), (long Value, LimitTake Take)> _changed = [];

    /// <summary>The rows that changed, with their new values.</summary>
    public IEnumerable<(LimitTake Take, long Value)> Changed => _changed.Values.Select(change => (change.Take, change.Value));

    public LimitReached? Take(IReadOnlyList<LimitTake> takes)
    {
        var next = new Dictionary<(string Tenant, string Scope, long Period), (long Value, LimitTake Take)>();
        foreach (var take in takes)
        {
            var key = (take.Tenant, take.Scope, take.Period);
            var value = next.TryGetValue(key, out var mine) ? mine.Value : _changed.TryGetValue(key, out var earlier) ? earlier.Value : values.GetValueOrDefault(key);
            if (LimitRules.After(take, value, now) is not { } after)
            {
                return new LimitReached(take, LimitRules.FreeAt(take, value));
            }

            next[key] = (after, take);
        }

        foreach (var (key, change) in next)
        {
            _changed[key] = change;
        }

        return null;
    }
}
