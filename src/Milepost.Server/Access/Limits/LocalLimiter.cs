namespace Milepost.Server.Access.Limits;

/// <summary>Each node limits by itself.</summary>
internal sealed class LocalLimiter(TimeProvider time) : IRateLimiter
{
    private readonly BucketTable<Entry> _buckets = new(static (entry, limit, now) => entry.IsFull(limit, now));

    public ValueTask<RateDecision> TakeAsync(Limit limit, string key, int cost, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var entry = _buckets.Get(limit, key, now, () => new Entry(limit, now));
        lock (entry)
        {
            return ValueTask.FromResult(entry.Bucket.Take(limit, Math.Min(cost, limit.Capacity), now));
        }
    }

    /// <summary>How many buckets it keeps.</summary>
    public int Count(Limit limit) => _buckets.Count(limit);

    private sealed class Entry(Limit limit, DateTimeOffset now)
    {
        public TokenBucket Bucket = new(limit, now);

        public bool IsFull(Limit of, DateTimeOffset at)
        {
            lock (this)
            {
                return Bucket.IsFull(of, at);
            }
        }
    }
}
