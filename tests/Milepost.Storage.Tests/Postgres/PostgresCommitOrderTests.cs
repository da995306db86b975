using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Tests;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;
using Milepost.Testing;
using Npgsql;

namespace Milepost.Storage.Tests.Postgres;

/// <summary>Slow and fast transactions on the same streams: an offset is never visible late, whoever commits first.</summary>
public sealed class PostgresCommitOrderTests(PostgresFixture postgres)
{
    private const int Writers = 20;
    private const int Rounds = 6;
    private static readonly StreamName Customer = StreamName.Customer(Some.Tenant, "c-1");

    [Fact]
    public async Task Offsets_are_dense_and_none_is_visible_late_while_twenty_writers_share_a_stream_and_some_commit_slowly()
    {
        await using var nodes = await TwoNodes.OpenAsync(postgres.Server);
        // The commit itself is slow for some: a deferred trigger runs inside it, after everything was written.
        await RunAsync(nodes.ConnectionString, """
            CREATE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW WHEN (NEW.id LIKE '%-slow') EXECUTE FUNCTION slow_commit();
            """);
        Stores[] stores = [TwoNodes.Over(nodes.One), TwoNodes.Over(nodes.Two)];
        using var done = new CancellationTokenSource();
        var readers = stores.Select(store => ResumeAsync(store.Log, done.Token)).ToList();

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var id = $"e-{writer}-{round}{(writer % 5 == 0 ? "-slow" : "")}";
                await SendAsync(stores[writer % 2], Some.Placed(id, round, order: $"o-{writer}-{round}"));
            }
        })).WaitAsync(TimeSpan.FromSeconds(120));

        await done.CancelAsync();
        const int total = Writers * Rounds;
        (await stores[0].EntriesAsync(Customer)).Select(entry => entry.Offset).ShouldBe(Enumerable.Range(1, total).Select(offset => (long)offset));
        foreach (var reader in readers)
        {
            (await reader.Soon()).ShouldBe(Enumerable.Range(1, total).Select(offset => (long)offset));
        }

        (await stores[0].InboxAsync()).Inbox.ShouldBe(new(total, total));
    }

    [Fact]
    public async Task Batches_over_the_same_orders_and_customers_in_any_order_do_not_wait_for_each_other_for_ever()
    {
        await using var nodes = await TwoNodes.OpenAsync(postgres.Server);
        var deadlocks = await CountDeadlocksAsync(nodes.ConnectionString);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var store = TwoNodes.Over(writer % 2 == 0 ? nodes.One : nodes.Two);
            var random = new Random(writer);
            for (var round = 0; round < 10; round++)
            {
                var events = Enumerable.Range(0, 12).Select(index =>
                    Some.Placed($"e-{writer}-{round}-{index}", round, customer: $"c-{random.Next(4)}", order: $"o-{random.Next(6)}")).ToArray();
                await store.RecordAsync(events);
                await store.Log.AcknowledgeAsync([.. events.SelectMany(recorded => (KeyValuePair<StreamName, long>[])[new(StreamName.Order(Some.Tenant, recorded.Subject), round), new(StreamName.Customer(Some.Tenant, recorded.Customer!.Id), round)])], CancellationToken.None);
                await store.Notifications.ReadAllAsync(Some.Tenant, $"c-{random.Next(4)}", Stores.Now, CancellationToken.None);
            }
        })).WaitAsync(TimeSpan.FromSeconds(60));
        (await CountDeadlocksAsync(nodes.ConnectionString)).ShouldBe(deadlocks);
        var log = TwoNodes.Over(nodes.One);
        foreach (var stream in Enumerable.Range(0, 6).Select(index => StreamName.Order(Some.Tenant, $"o-{index}")).Concat(Enumerable.Range(0, 4).Select(index => StreamName.Customer(Some.Tenant, $"c-{index}"))))
        {
            var entries = await log.EntriesAsync(stream);
            entries.Select(entry => entry.Offset).ShouldBe(Enumerable.Range(1, entries.Count).Select(offset => (long)offset));
            entries.Aggregate(0u, (check, entry) => StreamPosition.NextCheck(check, entry.Id)).ShouldBe((await log.Log.LocateAsync(stream, 0, CancellationToken.None)).Head.Check);
        }
    }

    [Fact]
    public async Task The_same_event_posted_to_both_nodes_at_once_under_two_orders_is_recorded_once()
    {
        // Two orders, so no common lock: the index decides, and the one that lost is run again as a whole.
        await using var nodes = await TwoNodes.OpenAsync(postgres.Server);
        for (var round = 0; round < 10; round++)
        {
            var plans = await Task.WhenAll(
                TwoNodes.Over(nodes.One).RecordAsync(Some.Event($"e-{round}", EventTypes.OrderNoteAdded, 1, $"a-{round}")),
                TwoNodes.Over(nodes.Two).RecordAsync(Some.Event($"e-{round}", EventTypes.OrderNoteAdded, 1, $"b-{round}"))).Soon();
            plans.Select(plan => plan.Outcomes.Single().GetType().Name).Order(StringComparer.Ordinal).ShouldBe(["Accepted", "Duplicate"]);
        }
    }

    // On a busy machine twenty writers may wait for a connection for too long; then they do what a sender does.
    private static async Task SendAsync(Stores store, RecordedEvent recorded)
    {
        while (true)
        {
            try
            {
                (await store.RecordAsync(recorded)).Outcomes.Single().ShouldNotBeOfType<RecordOutcome.Rejected>();
                return;
            }
            catch (StoreUnavailableException)
            {
                // The same again.
            }
        }
    }

    // What a session does: it reads from where it stands, again and again, and what comes must be the next offset.
    private static async Task<List<long>> ResumeAsync(IStreamLog log, CancellationToken done)
    {
        var seen = new List<long>();
        while (true)
        {
            var last = done.IsCancellationRequested;
            seen.AddRange((await log.ReadAsync(Customer, seen.Count == 0 ? 0 : seen[^1], 100, CancellationToken.None)).Select(entry => entry.Offset));
            if (last)
            {
                return seen;
            }
        }
    }

    private static async Task<long> CountDeadlocksAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
