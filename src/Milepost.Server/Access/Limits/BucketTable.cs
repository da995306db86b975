using System.Collections.Concurrent;

namespace Milepost.Server.Access.Limits;

/// <summary>The buckets of each limit by key. Those that time has filled again are forgotten.</summary>
internal sealed class BucketTable<T>(Func<T, Limit, DateTimeOffset, bool> isFull)
    where T : class
{
    // For each limit apart: many addresses must not push out anybody's other buckets.
    private const int MaxKeys = 200_000;
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, Part> _parts = new(StringComparer.Ordinal);

    public T Get(Limit limit, string key, DateTimeOffset now, Func<T> make)
    {
        var part = _parts.GetOrAdd(limit.Name, _ => new Part());
        if (part.Buckets.TryGetValue(key, out var known))
        {
            return known;
        }

        Sweep(part, limit, now);
        return part.Buckets.GetOrAdd(key, _ => make());
    }

    public int Count(Limit limit) => _parts.TryGetValue(limit.Name, out var part) ? part.Buckets.Count : 0;

    private void Sweep(Part part, Limit limit, DateTimeOffset now)
    {
        var due = Interlocked.Read(ref part.NextSweep);
        if (now.UtcTicks < due || Interlocked.CompareExchange(ref part.NextSweep, (now + SweepEvery).UtcTicks, due) != due)
        {
            return;
        }

        foreach (var (key, bucket) in part.Buckets)
        {
            if (isFull(bucket, limit, now))
            {
                part.Buckets.TryRemove(key, out _);
            }
        }

        if (part.Buckets.Count >= MaxKeys)
        {
            // So many at once are an attack. Starting over lets each have its bucket full once more; running out of memory would be worse.
            part.Buckets.Clear();
        }
    }

    private sealed class Part
    {
        public readonly ConcurrentDictionary<string, T> Buckets = new(StringComparer.Ordinal);
        public long NextSweep;
    }
}
