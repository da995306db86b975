using System.Globalization;

namespace Milepost.Testing.Servers;

/// <summary>A real Redis Cluster of three masters without replicas.</summary>
public sealed class RedisCluster : IAsyncDisposable
{
    private RedisCluster(IReadOnlyList<RedisServer> nodes) => Nodes = nodes;

    public IReadOnlyList<RedisServer> Nodes { get; }

    /// <summary>As the configuration of a client.</summary>
    public string Connection => string.Join(',', Nodes.Select(node => node.Connection));

    public static async Task<RedisCluster> StartAsync()
    {
        var nodes = new List<RedisServer>();
        for (var index = 0; index < 3; index++)
        {
            // The bus would listen on the port + 10,000, which may be taken or not exist.
            var bus = FreePort.Take().ToString(CultureInfo.InvariantCulture);
            nodes.Add(await RedisServer.StartAsync("--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no"));
        }

        var cluster = new RedisCluster(nodes);
        await Shell.RunAsync("redis-cli", ["--cluster", "create", .. nodes.Select(node => node.Connection), "--cluster-replicas", "0", "--cluster-yes"]);
        await cluster.KnowsItselfAsync();
        return cluster;
    }

    // "create" returns when the slots are given out; what is published before the nodes' links among each other stand is lost on them.
    private async Task KnowsItselfAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        do
        {
            var answers = await Task.WhenAll(Nodes.Select(node => node.CommandAsync("cluster", "nodes")));
            if (Array.TrueForAll(answers, answer => answer.Split('\n').Count(line => line.Contains(" connected ", StringComparison.Ordinal)) == Nodes.Count))
            {
                return;
            }
        }
        while (await again.WaitForNextTickAsync(deadline.Token));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }
    }
}
