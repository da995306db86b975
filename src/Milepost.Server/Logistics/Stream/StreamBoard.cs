using System.Collections.Concurrent;

namespace Milepost.Server.Logistics.Stream;

/// <summary>Which location streams this node has taken over, and which of them are open.</summary>
internal sealed class StreamBoard
{
    private readonly ConcurrentDictionary<string, bool> _held = new(StringComparer.Ordinal);

    /// <summary>Whose streams are this node's now.</summary>
    public IReadOnlyCollection<string> Tenants => [.. _held.Keys];

    /// <summary>How many streams are this node's.</summary>
    public int Held => _held.Count;

    /// <summary>How many of them are not open now.</summary>
    public int Away => _held.Values.Count(open => !open);

    public void Set(string tenant, bool open) => _held[tenant] = open;

    public void Remove(string tenant) => _held.TryRemove(tenant, out _);
}
