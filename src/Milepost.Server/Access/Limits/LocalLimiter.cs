namespace Milepost.Server.Access.Limits;

/// <summary>Each node limits by itself.</summary>
internal sealed class LocalLimiter(TimeProvider time) : IRateLimiter
{
    private readonly BucketTable<Entry> _buckets = new(static (entry, limit, now) => entry.IsFull(limit, now));

    public ValueTask<RateDecision> TakeAsync(Limit limit, string key, int cost, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var entry = _buckets.Get(limit, key, now, () => new Entry(limit, now));
        return ValueTask.FromResult(entry.Take(limit, Math.Min(cost, limit.Capacity), now));
    }

    /// <summary>How many buckets it keeps.</summary>
    public int Count(Limit limit) => _buckets.Count(limit);

    private sealed class Entry(Limit limit, DateTimeOffset now)
    {
        private readonly Lock _lock = new();
        private TokenBucket _bucket = new(limit, now);

        public RateDecision Take(Limit of, int cost, DateTimeOffset at)
        {
            lock (_lock)
            {
                return _bucket.Take(of, cost, at);
            }
        }

        public bool IsFull(Limit of, DateTimeOffset at)
        {
            lock (_lock)
            {
                return _bucket.IsFull(of, at);
            }
        }
    }
}
