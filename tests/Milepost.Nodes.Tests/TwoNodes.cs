using System.Globalization;
using Milepost.Processes;
using Milepost.Testing.Servers;

namespace Milepost.Nodes.Tests;

/// <summary>Two nodes as processes on PostgreSQL and Redis, behind the nginx of <c>deploy/nginx</c>.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private PostgresServer? _postgres;
    private RedisServer? _redis;
    private NginxServer? _nginx;
    private ServerProcess[] _nodes = [];

    private TwoNodes()
    {
    }

    public IReadOnlyList<ServerProcess> Nodes => _nodes;

    /// <summary>Where everybody goes.</summary>
    public Uri Address => _nginx!.Address;

    public string AccessLog => _nginx!.AccessLog;

    public static async Task<TwoNodes> StartAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var nodes = new TwoNodes();
        try
        {
            await nodes.StartAllAsync(arguments, cancellationToken);
            return nodes;
        }
        catch
        {
            // Processes outlive a test that fails.
            await nodes.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }

        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }
    }

    private async Task StartAllAsync(string[] arguments, CancellationToken cancellationToken)
    {
        _postgres = await PostgresServer.StartAsync();
        _redis = await RedisServer.StartAsync();
        var database = await _postgres.CreateDatabaseAsync();
        int[] ports = [FreePort.Take(), FreePort.Take()];
        _nodes =
        [
            .. ports.Select((port, index) => new ServerProcess(new ServerStart
            {
                Name = string.Create(CultureInfo.InvariantCulture, $"node {index + 1}"),
                Port = port,
                Arguments = ["--roles", "api,gateway", "--Storage:Provider=postgres", "--Gateway:TrustedProxies=127.0.0.1", .. arguments],
                Environment = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["MILEPOST__STORAGE__CONNECTIONSTRING"] = database,
                    ["MILEPOST__REDIS__CONNECTIONS"] = _redis.Connection,
                },
            })),
        ];
        await Task.WhenAll(_nodes.Select(node => node.StartAsync(cancellationToken)));
        _nginx = await NginxServer.StartAsync(ports);
    }
}
