using System.Globalization;
using Milepost.Processes;
using Milepost.Server.Tests.Ingest.Kafka;
using Milepost.Testing.Servers;

namespace Milepost.Faults.Tests;

/// <summary>One process of the cluster with its own ways to PostgreSQL and Redis, each of which can be made bad.</summary>
internal sealed class Node(string name, ServerProcess process, TcpProxy postgres, TcpProxy redis) : IAsyncDisposable
{
    public string Name => name;

    public ServerProcess Process => process;

    public TcpProxy Postgres => postgres;

    public TcpProxy Redis => redis;

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await postgres.DisposeAsync();
        await redis.DisposeAsync();
    }
}

/// <summary>Two nodes that take events and hold connections, one worker, PostgreSQL, Redis and nginx, all as real processes.</summary>
public sealed class Cluster : IAsyncLifetime
{
    private PostgresServer? _postgres;
    private RedisServer? _redis;
    private NginxServer? _nginx;
    private KafkaCluster? _kafka;
    private readonly List<Node> _nodes = [];

    internal PostgresServer Postgres => _postgres!;

    internal RedisServer Redis => _redis!;

    internal KafkaCluster Kafka => _kafka!;

    /// <summary>The nodes with the roles api and gateway.</summary>
    internal IReadOnlyList<Node> Nodes => _nodes[..2];

    internal Node Worker => _nodes[2];

    /// <summary>A second worker, which runs only while a story needs it.</summary>
    internal Node Helper => _nodes[3];

    internal StoreReader Store { get; private set; } = null!;

    /// <summary>Where shops go: the nodes themselves and nginx.</summary>
    internal IReadOnlyList<Uri> ShopAddresses { get; private set; } = [];

    /// <summary>nginx.</summary>
    internal Uri Balancer => _nginx!.Address;

    /// <summary>Where customers go: through a door to each node, and nginx.</summary>
    internal IReadOnlyList<Uri> CustomerAddresses { get; private set; } = [];

    /// <summary>The way from the customers to each node, in the order of <see cref="Nodes"/>.</summary>
    internal IReadOnlyList<TcpProxy> Doors { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        _redis = await RedisServer.StartAsync();
        _kafka = new KafkaCluster();
        _kafka.CreateTopic("order_paid");
        _kafka.CreateTopic("order_status_updated");
        _kafka.CreateTopic("milepost_dead_letters");
        var database = await _postgres.CreateDatabaseAsync();
        Store = new StoreReader(database.Replace("Username=milepost", "Username=postgres", StringComparison.Ordinal));
        foreach (var (name, roles) in ((string, string)[])[("node-1", "api,gateway"), ("node-2", "api,gateway"), ("worker", "worker"), ("helper", "worker")])
        {
            _nodes.Add(Create(name, roles, database));
        }

        // All at once: they race for the schema.
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await Task.WhenAll(_nodes.Where(node => node != Helper).Select(node => node.Process.StartAsync(deadline.Token)));
        Doors = [.. Nodes.Select(node => TcpProxy.Start(node.Process.Address.Port))];
        _nginx = await NginxServer.StartAsync([.. Nodes.Select(node => node.Process.Address.Port)]);
        ShopAddresses = [.. Nodes.Select(node => node.Process.Address), _nginx.Address];
        CustomerAddresses = [.. Doors.Select(door => new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{door.Port}"))), _nginx.Address];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var door in Doors)
        {
            await door.DisposeAsync();
        }

        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (_nginx is not null)
        {
            await _nginx.DisposeAsync();
        }

        if (_kafka is not null)
        {
            await _kafka.DisposeAsync();
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

    /// <summary>How many connections through its door a node still holds, as the kernel knows them.</summary>
    internal async Task<int> OpenBehindDoorAsync(Node node)
    {
        var own = node.Process.Address.Port.ToString(CultureInfo.InvariantCulture);
        var established = await Shell.RunAsync("ss", "-Htn", "state", "established", "sport", "=", ":" + own);
        var door = Doors[Nodes.ToList().IndexOf(node)];
        return door.ServerSidePorts.Count(port => established.Contains(string.Create(CultureInfo.InvariantCulture, $":{port} "), StringComparison.Ordinal));
    }

    /// <summary>Everything runs and reaches everything again.</summary>
    internal async Task HealAsync(CancellationToken cancellationToken)
    {
        foreach (var door in Doors)
        {
            door.Heal();
        }

        foreach (var node in _nodes)
        {
            node.Postgres.BeforeForward = node.Redis.BeforeForward = (_, _) => ValueTask.FromResult(true);
            node.Postgres.Heal();
            node.Redis.Heal();
            if (!node.Process.IsRunning && node != Helper)
            {
                node.Process.Launch();
            }
        }

        await Task.WhenAll(_nodes.Where(node => node.Process.IsRunning).Select(node => node.Process.ReadyAsync(cancellationToken)));
    }

    private Node Create(string name, string roles, string database)
    {
        var postgres = TcpProxy.Start(Postgres.Port);
        var redis = TcpProxy.Start(Redis.Port);
        var process = new ServerProcess(new ServerStart
        {
            Name = name,
            Port = FreePort.Take(),
            Arguments = ["--roles", roles, "--Gateway:DrainSeconds=1"],
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["MILEPOST__STORAGE__PROVIDER"] = "postgres",
                ["MILEPOST__STORAGE__CONNECTIONSTRING"] = PostgresServer.Through(database, postgres.Port),
                ["MILEPOST__KAFKA__BROKERS"] = string.Join(',', Kafka.Brokers),
                ["MILEPOST__REDIS__CONNECTIONS"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{redis.Port}"),
            },
        });
        return new Node(name, process, postgres, redis);
    }
}
