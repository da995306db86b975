using Milepost.Processes;
using Milepost.Testing.Servers;

namespace Milepost.Faults.Tests;

/// <summary>What a fault needs: the cluster, its own chance, the pace of the story and where to write what it does.</summary>
internal sealed class Nemesis(Cluster cluster, Random random, History history, CancellationToken cancellationToken)
{
    public Cluster Cluster => cluster;

    public Random Random => random;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>One of the two nodes.</summary>
    public Node AnyNode() => cluster.Nodes[random.Next(cluster.Nodes.Count)];

    public void Say(string what) => history.Fault(what);

    /// <summary>How long the fault lasts, or the peace between two: part of the story, not a wait for something.</summary>
    public Task LastAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);
}

/// <summary>A fault with its name.</summary>
/// <param name="Name">As in the option that chooses scenarios.</param>
/// <param name="InjectAsync">Does it, and heals what only it knows how to heal.</param>
internal sealed record Scenario(string Name, Func<Nemesis, Task> InjectAsync)
{
    /// <summary>Events come out of order and several times.</summary>
    public bool IsWild { get; init; }

    /// <summary>Shops write to Kafka too.</summary>
    public bool UsesKafka { get; init; }

    /// <summary>A node is stopped, so a post may get no answer at all. In every other story each post is answered.</summary>
    public bool MayHang { get; init; }

    /// <summary>How long the tokens of the devices live.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    public override string ToString() => Name;
}

/// <summary>All faults.</summary>
internal static class Scenarios
{
    public static readonly IReadOnlyList<Scenario> All =
    [
        new("kill-node", KillNodeAsync),
        new("kill-postgres", KillPostgresAsync),
        new("pause-postgres", PausePostgresAsync),
        new("kill-redis", KillRedisAsync),
        new("partition-redis", PartitionRedisAsync),
        new("partition-redis-one-way", PartitionRedisOneWayAsync),
        new("partition-postgres", PartitionPostgresAsync),
        new("redis-output-buffer", RedisOutputBufferAsync),
        new("slow-commit", SlowCommitAsync),
        new("lost-answers", LostAnswersAsync),
        new("rolling-restart", RollingRestartAsync),
        new("wild-producers", nemesis => nemesis.LastAsync(8)) { IsWild = true },
        new("token-expiry-in-partition", TokenExpiryInPartitionAsync) { TokenLifetime = TimeSpan.FromSeconds(4) },
        new("pause-node", PauseNodeAsync) { MayHang = true },
        new("half-open", HalfOpenAsync),
        new("kafka", KafkaAsync) { UsesKafka = true },
        new("everything", EverythingAsync) { IsWild = true },
    ];

    private static async Task KillNodeAsync(Nemesis nemesis)
    {
        for (var round = 0; round < 3; round++)
        {
            await nemesis.LastAsync(1 + nemesis.Random.NextDouble());
            var node = nemesis.AnyNode();
            nemesis.Say($"SIGKILL {node.Name}");
            await node.Process.KillAsync(nemesis.CancellationToken);
            await nemesis.LastAsync(nemesis.Random.NextDouble());
            await node.Process.StartAsync(nemesis.CancellationToken);
        }
    }

    private static async Task KillPostgresAsync(Nemesis nemesis)
    {
        for (var round = 0; round < 2; round++)
        {
            await nemesis.LastAsync(2);
            nemesis.Say("SIGKILL PostgreSQL");
            await nemesis.Cluster.Postgres.KillAsync();
            await nemesis.LastAsync(2 * nemesis.Random.NextDouble());
            await nemesis.Cluster.Postgres.RestartAsync();
            nemesis.Say("PostgreSQL is back");
        }

        await nemesis.LastAsync(2);
    }

    private static async Task PausePostgresAsync(Nemesis nemesis)
    {
        await nemesis.LastAsync(2);
        nemesis.Say("SIGSTOP PostgreSQL");
        await nemesis.Cluster.Postgres.PauseAsync();
        await nemesis.LastAsync(20);
        await nemesis.Cluster.Postgres.ContinueAsync();
        nemesis.Say("SIGCONT PostgreSQL");
        await nemesis.LastAsync(2);
    }

    private static async Task KillRedisAsync(Nemesis nemesis)
    {
        for (var round = 0; round < 2; round++)
        {
            await nemesis.LastAsync(2);
            nemesis.Say("SIGKILL Redis");
            await nemesis.Cluster.Redis.KillAsync();
            await nemesis.LastAsync(4);
            await nemesis.Cluster.Redis.RestartAsync();
            nemesis.Say("Redis is back, empty");
        }

        await nemesis.LastAsync(3);
    }

    private static Task PartitionRedisAsync(Nemesis nemesis) => PartitionAsync(nemesis, "Redis", node => node.Redis, seconds: 8);

    private static Task PartitionPostgresAsync(Nemesis nemesis) => PartitionAsync(nemesis, "PostgreSQL", node => node.Postgres, seconds: 9);

    private static async Task PartitionAsync(Nemesis nemesis, string server, Func<Node, TcpProxy> way, double seconds)
    {
        await nemesis.LastAsync(2);
        var node = nemesis.AnyNode();
        nemesis.Say($"{node.Name} cannot reach {server}");
        way(node).Hold();
        await nemesis.LastAsync(seconds);
        way(node).Heal();
        nemesis.Say("healed");
        await nemesis.LastAsync(4);
    }

    private static async Task PartitionRedisOneWayAsync(Nemesis nemesis)
    {
        foreach (var direction in (ProxyDirection[])[ProxyDirection.ToClient, ProxyDirection.ToServer])
        {
            await nemesis.LastAsync(2);
            var node = nemesis.AnyNode();
            nemesis.Say($"between {node.Name} and Redis nothing passes {direction}");
            node.Redis.Hold(direction);
            await nemesis.LastAsync(6);
            node.Redis.Heal();
            nemesis.Say("healed");
        }

        await nemesis.LastAsync(3);
    }

    private static async Task RedisOutputBufferAsync(Nemesis nemesis)
    {
        // Redis lets go of a subscriber that does not read fast enough; here one that cannot read at all for a moment.
        await nemesis.Cluster.Redis.CommandAsync("CONFIG", "SET", "client-output-buffer-limit", "pubsub 16kb 8kb 1");
        for (var round = 0; round < 2; round++)
        {
            await nemesis.LastAsync(1);
            var node = nemesis.AnyNode();
            node.Redis.Hold(ProxyDirection.ToClient);
            nemesis.Say($"{node.Name} reads nothing from Redis, whose limit is small; its subscription is cut");
            await nemesis.LastAsync(3);
            await nemesis.Cluster.Redis.CommandAsync("CLIENT", "KILL", "TYPE", "pubsub");
            node.Redis.Heal();
            await nemesis.LastAsync(2);
        }

        await nemesis.Cluster.Redis.CommandAsync("CONFIG", "SET", "client-output-buffer-limit", "pubsub 32mb 8mb 60");
    }

    private static async Task SlowCommitAsync(Nemesis nemesis)
    {
        var random = new Random(nemesis.Random.Next());
        var node = nemesis.AnyNode();
        nemesis.Say($"some commits of {node.Name} take up to two seconds");
        node.Postgres.BeforeForward = async (direction, piece) =>
        {
            if (direction == ProxyDirection.ToServer && piece.Span.IndexOf("COMMIT"u8) >= 0 && Next(random, 4) == 0)
            {
                await Task.Delay(Next(random, 2000), nemesis.CancellationToken);
            }

            return true;
        };
        await nemesis.LastAsync(10);
    }

    private static async Task LostAnswersAsync(Nemesis nemesis)
    {
        var random = new Random(nemesis.Random.Next());
        var isCommitting = 0;
        foreach (var node in nemesis.Cluster.Nodes)
        {
            nemesis.Say($"some connections of {node.Name} break right behind a COMMIT");
            node.Postgres.BeforeForward = (direction, piece) =>
            {
                if (direction == ProxyDirection.ToServer && piece.Span.IndexOf("COMMIT"u8) >= 0)
                {
                    Volatile.Write(ref isCommitting, 1);
                }
                else if (direction == ProxyDirection.ToClient && Interlocked.Exchange(ref isCommitting, 0) == 1 && Next(random, 8) == 0)
                {
                    // The commit has happened; nobody will hear of it.
                    return ValueTask.FromResult(false);
                }

                return ValueTask.FromResult(true);
            };
        }

        await nemesis.LastAsync(8);
    }

    private static async Task RollingRestartAsync(Nemesis nemesis)
    {
        await nemesis.LastAsync(1);
        foreach (var node in nemesis.Cluster.Nodes)
        {
            nemesis.Say($"SIGTERM {node.Name}");
            var code = await node.Process.TerminateAsync(nemesis.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), nemesis.CancellationToken);
            nemesis.Say($"{node.Name} ended with {code}");
            code.ShouldBe(0, node.Process.Log);
            await node.Process.StartAsync(nemesis.CancellationToken);
            await nemesis.LastAsync(1);
        }
    }

    private static async Task TokenExpiryInPartitionAsync(Nemesis nemesis)
    {
        await nemesis.LastAsync(2);
        foreach (var node in nemesis.Cluster.Nodes)
        {
            node.Redis.Hold();
        }

        nemesis.Say("no node reaches Redis; tokens end every few seconds");
        await nemesis.LastAsync(8);
        foreach (var node in nemesis.Cluster.Nodes)
        {
            node.Redis.Heal();
        }

        await nemesis.LastAsync(2);
    }

    private static async Task PauseNodeAsync(Nemesis nemesis)
    {
        await nemesis.LastAsync(2);
        var node = nemesis.AnyNode();
        nemesis.Say($"SIGSTOP {node.Name}");
        await node.Process.SignalAsync("STOP");
        await nemesis.LastAsync(14);
        await node.Process.SignalAsync("CONT");
        nemesis.Say($"SIGCONT {node.Name}");
        await nemesis.LastAsync(3);
    }

    private static async Task HalfOpenAsync(Nemesis nemesis)
    {
        await nemesis.LastAsync(3);
        foreach (var door in nemesis.Cluster.Doors)
        {
            door.Hold();
        }

        nemesis.Say("between the customers and the nodes nothing passes any more, and nobody is told");
        await nemesis.LastAsync(50);

        // Found by silence: no session is left that has come through one of the doors.
        foreach (var node in nemesis.Cluster.Nodes)
        {
            (await nemesis.Cluster.OpenBehindDoorAsync(node)).ShouldBe(0, $"{node.Name} still holds connections that have been dead for 50 s");
        }

        foreach (var door in nemesis.Cluster.Doors)
        {
            door.Heal();
        }
    }

    private static async Task KafkaAsync(Nemesis nemesis)
    {
        var helper = nemesis.Cluster.Helper;
        for (var round = 0; round < 2; round++)
        {
            await nemesis.LastAsync(1);
            nemesis.Say("a second worker joins: the partitions are shared anew");
            await helper.Process.StartAsync(nemesis.CancellationToken);
            await nemesis.LastAsync(3);
            nemesis.Say("one worker dies without a goodbye; what it had not committed comes again");
            await (round == 0 ? nemesis.Cluster.Worker : helper).Process.KillAsync(nemesis.CancellationToken);
            if (round == 0)
            {
                await nemesis.LastAsync(1);
                await nemesis.Cluster.Worker.Process.StartAsync(nemesis.CancellationToken);
                await nemesis.LastAsync(2);
                nemesis.Say("a worker leaves in good order");
                await helper.Process.TerminateAsync(nemesis.CancellationToken);
            }
        }

        nemesis.Say("PostgreSQL is away for a moment: the intake waits");
        await nemesis.Cluster.Postgres.KillAsync();
        await nemesis.LastAsync(2);
        await nemesis.Cluster.Postgres.RestartAsync();
        await nemesis.LastAsync(1);
    }

    private static async Task EverythingAsync(Nemesis nemesis)
    {
        Func<Nemesis, Task>[] faults = [KillNodeAsync, KillPostgresAsync, KillRedisAsync, PartitionRedisAsync, PartitionPostgresAsync, RedisOutputBufferAsync, RollingRestartAsync];
        for (var round = 0; round < 4; round++)
        {
            await faults[nemesis.Random.Next(faults.Length)](nemesis);
        }
    }

    private static int Next(Random random, int limit)
    {
        lock (random)
        {
            return random.Next(limit);
        }
    }
}
