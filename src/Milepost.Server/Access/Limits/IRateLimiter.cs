namespace Milepost.Server.Access.Limits;

/// <summary>How much of something is allowed: a bucket that holds <paramref name="Capacity"/> and fills again at <paramref name="PerSecond"/>.</summary>
/// <param name="Name">What is limited, as it stands in keys and metrics.</param>
/// <param name="Capacity">The most at once.</param>
/// <param name="PerSecond">The most for long.</param>
internal sealed record Limit(string Name, int Capacity, double PerSecond);

/// <summary>Allowed, or when to try again.</summary>
internal readonly record struct RateDecision(TimeSpan? RetryAfter)
{
    public static readonly RateDecision Allowed;

    public bool IsAllowed => RetryAfter is null;
}

/// <summary>Takes tokens out of buckets. Answers within about 50 ms, whatever is away.</summary>
internal interface IRateLimiter
{
    /// <param name="limit">Which limit.</param>
    /// <param name="key">Whose bucket: the tenant, and whoever it is within it.</param>
    /// <param name="cost">How many tokens; more than the bucket holds empty it.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    ValueTask<RateDecision> TakeAsync(Limit limit, string key, int cost, CancellationToken cancellationToken);
}
