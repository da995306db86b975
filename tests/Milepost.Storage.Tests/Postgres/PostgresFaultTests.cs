using System.Collections.Concurrent;
using System.Diagnostics;
using Milepost.Core.Recording;
using Milepost.Core.Tests;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;
using Milepost.Storage.Postgres;
using Milepost.Testing;
using Milepost.Testing.Servers;
using Npgsql;

namespace Milepost.Storage.Tests.Postgres;

/// <summary>A server for tests that kill and pause it; each leaves it running.</summary>
public sealed class FaultyServer : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>The server dies, stands still, or throws us out.</summary>
public sealed class PostgresFaultTests(FaultyServer faulty) : IClassFixture<FaultyServer>
{
    private readonly PostgresServer _server = faulty.Server;

    [Fact]
    public async Task Killed_under_load_what_was_acknowledged_is_there_and_everything_goes_on_after_the_restart()
    {
        await using var nodes = await TwoNodes.OpenAsync(_server);
        Stores[] stores = [TwoNodes.Over(nodes.One), TwoNodes.Over(nodes.Two)];
        var acknowledged = new ConcurrentBag<string>();
        var refused = 0;
        using var done = new CancellationTokenSource();
        using var enough = new SemaphoreSlim(0);
        var writers = Enumerable.Range(0, 6).Select(async writer =>
        {
            for (var index = 0; !done.IsCancellationRequested;)
            {
                // The same again until it is acknowledged, as a sender does.
                var id = $"e-{writer}-{index}";
                try
                {
                    await stores[writer % 2].RecordAsync(Some.Event(id, EventTypes.OrderNoteAdded, index, $"o-{writer % 3}-{index / 100}"));
                    acknowledged.Add(id);
                    enough.Release();
                    index++;
                }
                catch (StoreUnavailableException)
                {
                    Interlocked.Increment(ref refused);
                    await Task.Yield();
                }
            }
        }).ToList();

        await CountAsync(100);
        await _server.KillAsync();
        await _server.RestartAsync();
        // As many again behind the restart.
        await CountAsync(acknowledged.Count + 100);
        await done.CancelAsync();
        await Task.WhenAll(writers).Soon();

        refused.ShouldBeGreaterThan(0);
        var found = new HashSet<string>(StringComparer.Ordinal);
        for (var order = 0; order < 3; order++)
        {
            for (var part = 0; await stores[0].Orders.SnapshotAsync(Some.Tenant, $"o-{order}-{part}", CancellationToken.None) is { } snapshot; part++)
            {
                found.UnionWith(snapshot.Events.Select(recorded => recorded.Id));
                var entries = await stores[1].EntriesAsync(StreamName.Order(Some.Tenant, $"o-{order}-{part}"));
                entries.Select(entry => entry.Offset).ShouldBe(Enumerable.Range(1, entries.Count).Select(offset => (long)offset));
                entries.Count.ShouldBe(snapshot.Events.Count);
            }
        }

        acknowledged.Where(id => !found.Contains(id)).ShouldBeEmpty();

        async Task CountAsync(int target)
        {
            while (acknowledged.Count < target)
            {
                (await enough.WaitAsync(Deadline.Default)).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public async Task After_a_restart_the_dead_connections_of_the_pools_are_no_callers_business()
    {
        await using var nodes = await TwoNodes.OpenAsync(_server);
        var stores = TwoNodes.Over(nodes.One);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(index => stores.RecordAsync(Some.Placed($"e-{index}", index, order: $"o-{index}"))));
        await Task.WhenAll(Enumerable.Range(0, 12).Select(index => stores.Orders.FindAsync(Some.Tenant, $"o-{index}", CancellationToken.None)));
        await _server.KillAsync();
        await _server.RestartAsync();
        (await stores.Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None)).ShouldNotBeNull();
        (await stores.RecordAsync(Some.Placed("after", 1, order: "o-99"))).Outcomes.Single().ShouldBeOfType<RecordOutcome.Accepted>();
    }

    [Fact]
    public async Task While_the_server_is_away_calls_fail_at_once_and_say_so_without_the_secret()
    {
        await using var nodes = await TwoNodes.OpenAsync(new NpgsqlConnectionStringBuilder(await _server.CreateDatabaseAsync()) { Password = "hush" }.ConnectionString);
        var stores = TwoNodes.Over(nodes.One);
        await _server.KillAsync();
        try
        {
            foreach (var call in Calls(stores, nodes.One))
            {
                var watch = Stopwatch.StartNew();
                var failure = await Should.ThrowAsync<StoreUnavailableException>(call);
                failure.ToString().ShouldNotContain("hush");
                failure.Message.ShouldStartWith("PostgreSQL: ");
                watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(2));
            }
        }
        finally
        {
            await _server.RestartAsync();
        }
    }

    [Fact]
    public async Task While_the_server_stands_still_calls_fail_in_time_and_behind_it_they_work()
    {
        await using var nodes = await TwoNodes.OpenAsync(_server);
        var stores = TwoNodes.Over(nodes.One);
        await stores.RecordAsync(Some.Placed("e-1", 1));
        await stores.InboxAsync();
        await _server.PauseAsync();
        try
        {
            // Twice: on the connections that were there, and on new ones.
            for (var round = 0; round < 2; round++)
            {
                await Task.WhenAll(Calls(stores, nodes.One).Select(async call =>
                {
                    var watch = Stopwatch.StartNew();
                    var failure = await Should.ThrowAsync<StoreUnavailableException>(call);
                    watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(6), failure.ToString());
                }));
            }
        }
        finally
        {
            await _server.ContinueAsync();
        }

        // What was sent before the pause ran out may still come to its end now; the same identities make the repeat harmless.
        (await stores.RecordAsync(Some.Placed("paused", 2, order: "o-2"))).Outcomes.Length.ShouldBe(1);
        (await stores.Orders.SnapshotAsync(Some.Tenant, "o-2", CancellationToken.None))!.Events.Count.ShouldBe(1);
        (await stores.InboxAsync()).Inbox.Total.ShouldBe(2);
    }

    [Fact]
    public async Task A_session_that_is_thrown_out_before_its_commit_leaves_nothing_and_the_repeat_is_recorded_once()
    {
        await using var nodes = await TwoNodes.OpenAsync(_server);
        var stores = TwoNodes.Over(nodes.One);
        var runs = 0;
        var events = new[] { Some.Placed("e-1", 1) };
        // The commit was sent with the writes, so we cannot know what became of it: it is not for the store to try again.
        await Should.ThrowAsync<StoreUnavailableException>(() => stores.Orders.RecordAsync(
            events,
            context =>
            {
                runs++;
                ThrowOut(nodes.ConnectionString);
                return RecordingPlanner.Plan(context, Some.Tools, events, Stores.Now);
            },
            CancellationToken.None));
        runs.ShouldBe(1);
        (await stores.RecordAsync(events)).Outcomes.Single().ShouldBeOfType<RecordOutcome.Accepted>();
        (await stores.EntriesAsync(StreamName.Order(Some.Tenant, "o-1"))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Who_holds_a_lock_and_says_nothing_loses_it()
    {
        await using var nodes = await TwoNodes.OpenAsync(_server);
        var one = TwoNodes.Over(nodes.One);
        await one.RecordAsync(Some.Placed("e-1", 1));
        using var holding = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var stuck = Task.Run(() => one.Orders.RecordAsync([Some.Placed("e-2", 2)], context =>
        {
            holding.Set();
            go.Wait(Deadline.Default).ShouldBeTrue();
            return RecordingPlanner.Plan(context, Some.Tools, [Some.Placed("e-2", 2)], Stores.Now);
        }, CancellationToken.None));
        holding.Wait(Deadline.Default).ShouldBeTrue();

        // Another node waits for the lock, gives up in time, and gets it once the server has ended the silent session (10 s).
        var two = TwoNodes.Over(nodes.Two);
        var watch = Stopwatch.StartNew();
        await Should.ThrowAsync<StoreUnavailableException>(() => two.RecordAsync(Some.Placed("e-3", 3)));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        RecordingPlan? recorded = null;
        while (recorded is null)
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
            try
            {
                recorded = await two.RecordAsync(Some.Placed("e-3", 3));
            }
            catch (StoreUnavailableException)
            {
                // Still held.
            }
        }

        // Its caller was told long ago; when it wakes it sends nothing more.
        (await Should.ThrowAsync<StoreUnavailableException>(() => stuck).Soon()).Message.ShouldContain("in time");
        go.Set();
        await one.RecordAsync(Some.Placed("e-4", 4));
        (await two.EntriesAsync(StreamName.Order(Some.Tenant, "o-1"))).Select(entry => entry.Id).ShouldBe(["e-1", "e-3", "e-4"]);
        (await one.RecordAsync(Some.Placed("e-2", 2))).Outcomes.Single().ShouldBeOfType<RecordOutcome.Accepted>();
    }

    private static IEnumerable<Func<Task>> Calls(Stores stores, PostgresDatabase database) =>
    [
        () => stores.RecordAsync(Some.Placed("paused", 2, order: "o-2")),
        () => stores.Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None),
        () => stores.InboxAsync(),
        () => stores.Log.AcknowledgeAsync([new(StreamName.Customer(Some.Tenant, "c-1"), 1)], CancellationToken.None).AsTask(),
        () => database.PingAsync(CancellationToken.None),
    ];

    private static void ThrowOut(string connectionString)
    {
        using var source = NpgsqlDataSource.Create(connectionString);
        using var command = source.CreateCommand("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name = 'milepost writes' AND datname = current_database()");
        command.ExecuteNonQuery();
    }
}
