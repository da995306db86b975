namespace Milepost.Server.Access.Limits;

/// <summary>One bucket: full at first, emptied by what is taken, filled by time. Not for several threads at once.</summary>
internal struct TokenBucket(Limit limit, DateTimeOffset now)
{
    private double _tokens = limit.Capacity;
    private DateTimeOffset _at = now;

    /// <summary>Whether it is as full as it was when it was made, so that forgetting it changes nothing.</summary>
    public bool IsFull(Limit limit, DateTimeOffset now)
    {
        Fill(limit, now);
        return _tokens >= limit.Capacity;
    }

    public RateDecision Take(Limit limit, int cost, DateTimeOffset now)
    {
        Fill(limit, now);
        if (_tokens < cost)
        {
            return new RateDecision(TimeSpan.FromSeconds((cost - _tokens) / limit.PerSecond));
        }

        _tokens -= cost;
        return RateDecision.Allowed;
    }

    /// <summary>Takes what somebody else has allowed.</summary>
    public void Note(Limit limit, int cost, DateTimeOffset now)
    {
        Fill(limit, now);
        _tokens = Math.Max(0, _tokens - cost);
    }

    private void Fill(Limit limit, DateTimeOffset now)
    {
        if (now > _at)
        {
            _tokens = Math.Min(limit.Capacity, _tokens + ((now - _at).TotalSeconds * limit.PerSecond));
            _at = now;
        }
    }
}
