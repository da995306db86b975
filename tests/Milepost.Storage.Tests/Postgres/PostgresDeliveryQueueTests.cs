using Milepost.Core.Deliveries;
using Milepost.Storage.Postgres;
using Milepost.Storage.Postgres.Deliveries;
using Milepost.Storage.Tests.Deliveries;
using Npgsql;

namespace Milepost.Storage.Tests.Postgres;

public sealed class PostgresDeliveryQueueTests(PostgresFixture postgres) : DeliveryQueueConformance, IAsyncDisposable
{
    private readonly List<TwoNodes> _opened = [];

    internal override async Task<Queues> OpenAsync() => Over(await NodesAsync(), callersClock: true);

    /// <summary>The node that asks has a clock that is an hour ahead or behind: it neither takes what others have nor leaves what is due.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Leases_go_by_the_server_s_clock_whatever_the_nodes_think(int hours)
    {
        var queues = Over(await NodesAsync(), callersClock: false);
        var now = TimeProvider.System.GetUtcNow();
        await queues.QueueAsync(Queues.Delivery("1", now.AddMinutes(-1)), Queues.Delivery("later", now.AddMinutes(30)));
        var wrong = now.AddHours(hours);
        (await queues.OtherNode.LeaseAsync("w-1", DeliveryLane.News, 10, Queues.LeaseFor, wrong, CancellationToken.None)).Single().Delivery.Id.ShouldBe("1");
        (await queues.Queue.SweepAsync(wrong, CancellationToken.None)).ShouldBe(default);
        (await queues.Queue.LeaseAsync("w-2", DeliveryLane.News, 10, Queues.LeaseFor, wrong, CancellationToken.None)).ShouldBeEmpty();
        var until = (await queues.FindAsync("1"))!.Row.Progress.LeasedUntil!.Value;
        (until - TimeProvider.System.GetUtcNow()).ShouldBeInRange(TimeSpan.FromSeconds(5), Queues.LeaseFor);
        (await queues.Queue.DepthAsync(wrong, CancellationToken.None)).ShouldBe(new QueueDepth(1, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_transaction_without_a_tenant_sees_no_deliveries()
    {
        var nodes = await NodesAsync();
        var queues = Over(nodes, callersClock: true);
        await queues.QueueAsync(Queues.Delivery("1", queues.Now));
        await queues.CompleteAsync(await queues.SendingAsync("w-1"), new DeliveryOutcome.Sent("ok"));
        await queues.Outbox.AddAsync(new OutboxMessage("acme", "1", 1, DeliveryChannel.Email, "a@b.c", "t", "b", queues.Now), CancellationToken.None);
        // As the server's own role: the policies bind the owner of the tables too.
        await using var owner = new NpgsqlConnection(nodes.ConnectionString);
        await owner.OpenAsync();
        foreach (var table in (string[])["deliveries", "delivery_attempts", "outbox"])
        {
            (await CountAsync(owner, table)).ShouldBe(0, table);
        }

        await RunAsync(owner, "SET milepost.tenants = 'globex'");
        (await CountAsync(owner, "deliveries")).ShouldBe(0);
        await RunAsync(owner, "SET milepost.tenants = 'acme'");
        (await CountAsync(owner, "deliveries")).ShouldBe(1);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var nodes in _opened)
        {
            await nodes.DisposeAsync();
        }
    }

    private static Queues Over(TwoNodes nodes, bool callersClock) => new(
        new PostgresOrderStore(nodes.One), new PostgresDeliveryQueue(nodes.One, callersClock), new PostgresDeliveryQueue(nodes.Two, callersClock), new PostgresOutbox(nodes.Two));

    private static async Task<long> CountAsync(NpgsqlConnection connection, string table)
    {
        await using var command = new NpgsqlCommand($"SELECT count(*) FROM {table}", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<TwoNodes> NodesAsync()
    {
        var nodes = await TwoNodes.OpenAsync(postgres.Server);
        _opened.Add(nodes);
        return nodes;
    }
}
