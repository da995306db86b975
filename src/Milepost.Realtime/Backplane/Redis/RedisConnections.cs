using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>
/// The Redis servers (or clusters) that this node uses. Several of them are independent: keys and streams are spread over them, each is
/// watched alone, and one that is away takes only its share along.
/// </summary>
public sealed class RedisConnections : IDisposable
{
    private readonly ulong[] _seeds;

    /// <param name="configurations">One configuration string for each server or cluster; none: there is no Redis.</param>
    /// <param name="time">The clock of probes and deadlines.</param>
    /// <param name="logger">Hears of every change.</param>
    public RedisConnections(IEnumerable<string> configurations, TimeProvider time, ILogger<RedisConnection> logger)
    {
        All = [.. configurations.Select(configuration => new RedisConnection(configuration, time, logger))];

        // By name and not by place in the list: nodes that list them in another order must still agree.
        _seeds = [.. All.Select(connection => RendezvousHash.Of(connection.Name))];
    }

    public IReadOnlyList<RedisConnection> All { get; }

    public bool IsConfigured => All.Count > 0;

    /// <summary>Whether the library understands a configuration string. What it says names no password.</summary>
    public static bool IsValid(string configuration)
    {
        try
        {
            return ConfigurationOptions.Parse(configuration).EndPoints.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The addresses in a configuration string.</summary>
    public static string NameOf(string configuration) => RedisConnection.NameOf(ConfigurationOptions.Parse(configuration));

    /// <summary>The one that a key belongs to; the same on every node. Adding one moves only the keys that it takes.</summary>
    public RedisConnection For(string key) => All[IndexFor(key)];

    internal int IndexFor(string key) => RendezvousHash.Choose(_seeds, RendezvousHash.Of(key));

    /// <summary>Connects, for as long as a connection may take. One that is away is connected later.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(All.Select(connection => connection.StartAsync(cancellationToken)));

    public void Dispose()
    {
        foreach (var connection in All)
        {
            connection.Dispose();
        }
    }
}
