using System.Globalization;
using Milepost.Processes;
using Milepost.Testing.Servers;

namespace Milepost.Nodes.Tests;

/// <summary>Two nodes as processes on PostgreSQL and Redis, behind the nginx of <c>deploy/nginx</c>.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private readonly PostgresServer _postgres;
    private readonly RedisServer _redis;
    private readonly NginxServer _nginx;

    private TwoNodes(PostgresServer postgres, RedisServer redis, NginxServer nginx, IReadOnlyList<ServerProcess> nodes)
    {
        _postgres = postgres;
        _redis = redis;
        _nginx = nginx;
        Nodes = nodes;
    }

    public IReadOnlyList<ServerProcess> Nodes { get; }

    /// <summary>Where everybody goes.</summary>
    public Uri Address => _nginx.Address;

    public string AccessLog => _nginx.AccessLog;

    public static async Task<TwoNodes> StartAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var postgres = await PostgresServer.StartAsync();
        var redis = await RedisServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        int[] ports = [FreePort.Take(), FreePort.Take()];
        ServerProcess[] nodes =
        [
            .. ports.Select((port, index) => new ServerProcess(new ServerStart
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"node {index + 1}"),
                Port = port,
                Arguments = ["--roles", "api,gateway", "--Storage:Provider=postgres", "--Gateway:TrustedProxies=127.0.0.1", .. arguments],
                Environment = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["MILEPOST__STORAGE__CONNECTIONSTRING"] = database,
                    ["MILEPOST__REDIS__CONNECTIONS"] = redis.Connection,
                },
            })),
        ];
        await Task.WhenAll(nodes.Select(node => node.StartAsync(cancellationToken)));
        return new TwoNodes(postgres, redis, await NginxServer.StartAsync(ports), nodes);
    }

    public async ValueTask DisposeAsync()
    {
        await _nginx.DisposeAsync();
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
    }
}
