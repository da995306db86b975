using System.Globalization;
using Milepost.Realtime.Backplane.Redis;
using StackExchange.Redis;

namespace Milepost.Server.Access.Limits;

/// <summary>
/// All nodes take from one bucket in Redis, by the block: a request costs a round trip only when this node's block is used up, and then all that
/// wait share it. A refusal is remembered until the bucket can have filled, so a flood of refused requests does not reach Redis either.
/// While Redis is away, or does not answer within <see cref="Patience"/>, this node limits by itself.
/// </summary>
internal sealed class RedisLimiter(RedisConnections redis, TimeProvider time) : IRateLimiter
{
    internal static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    // A node holds back at most this part of a bucket that another node could have used.
    private const int BlocksOfABucket = 50;

    // The time is the caller's and never goes back: a node whose clock is behind fills nothing. The key goes when the bucket would be full.
    private const string Take = """
        local capacity, per_ms, now, need, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
        local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
        local tokens, at = tonumber(kept[1]) or capacity, tonumber(kept[2]) or now
        if now > at then
          tokens = math.min(capacity, tokens + (now - at) * per_ms)
          at = now
        end
        -- Sums of fractions miss whole numbers by a hair.
        tokens = tokens + 0.000001
        if tokens < need then
          return {0, math.ceil((need - tokens) / per_ms - 0.001)}
        end
        local granted = math.min(want, math.floor(tokens))
        redis.call('HMSET', KEYS[1], 'tokens', string.format('%.6f', math.max(0, tokens - 0.000001 - granted)), 'at', string.format('%.0f', at))
        redis.call('PEXPIRE', KEYS[1], math.ceil(capacity / per_ms) + 1000)
        return {granted, 0}
        """;

    private readonly BucketTable<Share> _shares = new(static (share, limit, now) => share.IsFull(limit, now));

    public async ValueTask<RateDecision> TakeAsync(Limit limit, string key, int cost, CancellationToken cancellationToken)
    {
        var need = Math.Min(cost, limit.Capacity);
        var now = time.GetUtcNow();
        var share = _shares.Get(limit, key, now, () => new Share(limit, now));
        var started = time.GetTimestamp();
        while (true)
        {
            if (share.TryDecide(limit, need, time.GetUtcNow(), out var decision))
            {
                return decision;
            }

            var asking = share.Ask(() => AskAsync(share, limit, key, need), time.GetTimestamp(), out var asked);
            var left = Patience - time.GetElapsedTime(Math.Min(started, asked));
            if (!await FillsAsync(asking, left, cancellationToken))
            {
                LimitMetrics.DecidedLocally(limit);
                return share.DecideAlone(limit, need, time.GetUtcNow());
            }
        }
    }

    /// <summary>False: no answer within the time. One that comes later is kept for those who come later.</summary>
    private async ValueTask<bool> FillsAsync(Task<bool> asking, TimeSpan left, CancellationToken cancellationToken)
    {
        if (left <= TimeSpan.Zero)
        {
            // The question has been late for somebody else already: nobody waits for it again.
            return false;
        }

        try
        {
            return await asking.WaitAsync(left, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async Task<bool> AskAsync(Share share, Limit limit, string key, int need)
    {
        RedisKey name = $"milepost:limit:{limit.Name}:{key}";
        var want = Math.Max(need, limit.Capacity / BlocksOfABucket);
        RedisValue[] values =
        [
            limit.Capacity, (limit.PerSecond / 1000).ToString("R", CultureInfo.InvariantCulture), time.GetUtcNow().ToUnixTimeMilliseconds(), need, want,
        ];
        var answer = await redis.For(name!).TryAsync(
            async database => (long[])(await database.ScriptEvaluateAsync(Take, [name], values, CommandFlags.NoScriptCache))!, CancellationToken.None);
        if (answer.IsAway)
        {
            return false;
        }

        if (answer.Value[0] > 0)
        {
            share.Granted((int)answer.Value[0]);
        }
        else
        {
            share.Refused(need, time.GetUtcNow() + TimeSpan.FromMilliseconds(answer.Value[1]));
        }

        return true;
    }

    /// <summary>This node's part of one bucket.</summary>
    private sealed class Share(Limit limit, DateTimeOffset now)
    {
        private readonly Lock _lock = new();

        // What this node would allow by itself. Kept up all the time, so that Redis going away does not give everybody a full bucket.
        private TokenBucket _alone = new(limit, now);
        private int _block;
        private int _refusedCost;
        private DateTimeOffset _refusedUntil;
        private Task<bool>? _asking;
        private long _askedAt;

        public bool TryDecide(Limit of, int cost, DateTimeOffset at, out RateDecision decision)
        {
            lock (_lock)
            {
                if (_block >= cost)
                {
                    _block -= cost;
                    _alone.Note(of, cost, at);
                    decision = RateDecision.Allowed;
                    return true;
                }

                // What was too much is too much until the bucket can have filled; more than that takes longer.
                decision = new RateDecision(_refusedUntil - at + TimeSpan.FromSeconds((cost - _refusedCost) / of.PerSecond));
                return cost >= _refusedCost && at < _refusedUntil;
            }
        }

        public RateDecision DecideAlone(Limit of, int cost, DateTimeOffset at)
        {
            lock (_lock)
            {
                return _alone.Take(of, cost, at);
            }
        }

        /// <summary>The question that is under way and since when, or a new one.</summary>
        public Task<bool> Ask(Func<Task<bool>> ask, long at, out long since)
        {
            lock (_lock)
            {
                if (_asking is not { IsCompleted: false })
                {
                    _askedAt = at;
                    _asking = ask();
                }

                since = _askedAt;
                return _asking;
            }
        }

        public void Granted(int tokens)
        {
            lock (_lock)
            {
                _block += tokens;
                _refusedUntil = default;
            }
        }

        public void Refused(int cost, DateTimeOffset until)
        {
            lock (_lock)
            {
                (_refusedCost, _refusedUntil) = (cost, until);
            }
        }

        public bool IsFull(Limit of, DateTimeOffset at)
        {
            lock (_lock)
            {
                return _alone.IsFull(of, at) && _refusedUntil <= at && _asking is not { IsCompleted: false };
            }
        }
    }
}
