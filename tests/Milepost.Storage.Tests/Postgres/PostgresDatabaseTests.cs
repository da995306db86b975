using System.Diagnostics;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tests;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Storage.Postgres;
using Milepost.Testing;
using Npgsql;

namespace Milepost.Storage.Tests.Postgres;

/// <summary>What is true of PostgreSQL beside the conformance: schema, round trips, partitions, what a failed transaction leaves.</summary>
public sealed class PostgresDatabaseTests(PostgresFixture postgres)
{
    [Fact]
    public async Task Several_nodes_that_start_at_once_on_an_empty_database_find_one_schema_and_one_epoch()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        var said = new System.Collections.Concurrent.ConcurrentBag<string>();
        var nodes = Enumerable.Range(0, 4).Select(_ => new PostgresDatabase(new PostgresSettings(connectionString))).ToList();
        await Task.WhenAll(nodes.Select(node => node.OpenAsync(TimeProvider.System, said.Add, CancellationToken.None))).Soon();
        nodes.Select(node => node.Epoch).Distinct().Count().ShouldBe(1);
        nodes[0].Epoch.ShouldBeGreaterThan(0);
        said.Count(step => step == "applying 0001_initial").ShouldBe(1);
        said.Distinct().Count().ShouldBe(said.Count, "each step is applied by one of them");

        await using var later = new PostgresDatabase(new PostgresSettings(connectionString));
        var again = new List<string>();
        await later.OpenAsync(TimeProvider.System, again.Add, CancellationToken.None);
        (again.Count, later.Epoch).ShouldBe((0, nodes[0].Epoch));
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        await using var other = await TwoNodes.OpenAsync(postgres.Server);
        other.One.Epoch.ShouldNotBe(later.Epoch);
    }

    [Fact]
    public async Task A_schema_of_a_newer_version_is_refused_with_what_to_do()
    {
        await using var nodes = await TwoNodes.OpenAsync(postgres.Server);
        await RunAsync(nodes.ConnectionString, "UPDATE meta SET value = '999' WHERE key = 'schema'");
        await using var node = new PostgresDatabase(new PostgresSettings(nodes.ConnectionString));
        (await Should.ThrowAsync<NewerSchemaException>(() => node.OpenAsync(TimeProvider.System, null, CancellationToken.None)))
            .Message.ShouldStartWith("The database has schema version 999, this program knows ");
    }

    [Fact]
    public async Task A_batch_of_five_hundred_takes_as_many_round_trips_as_one_event()
    {
        await using var nodes = await TwoNodes.OpenAsync(postgres.Server);
        var stores = nodes.Stores();
        // Once before, so that connections are open.
        await stores.RecordAsync(Some.Placed("warm", 1));
        await stores.InboxAsync();
        await stores.Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None);
        (await CountAsync(() => stores.RecordAsync(Some.Status("e", OrderStatus.Paid, 2)))).ShouldBe(3);
        var many = Enumerable.Range(0, 500).Select(index => Some.Placed($"e-{index}", index % 60, customer: $"c-{index % 90}", order: $"o-{index % 130}")).ToArray();
        (await CountAsync(() => stores.RecordAsync(many))).ShouldBe(3);
        // Late events need their orders' histories: no more trips for that.
        var late = Enumerable.Range(0, 500).Select(index => Some.Status($"l-{index}", OrderStatus.Paid, -1 - (index % 7), order: $"o-{index % 130}")).ToArray();
        (await CountAsync(() => stores.RecordAsync(late))).ShouldBe(3);
        (await CountAsync(() => stores.InboxAsync())).ShouldBe(1);
        (await CountAsync(async () => await stores.Log.LocateAsync(StreamName.Order(Some.Tenant, "o-1"), 1, CancellationToken.None))).ShouldBe(1);
        (await CountAsync(() => stores.Orders.SnapshotAsync(Some.Tenant, "o-1", CancellationToken.None))).ShouldBe(1);
    }

    [Fact]
    public async Task A_transaction_that_fails_half_way_leaves_nothing()
    {
        await using var nodes = await TwoNodes.OpenAsync(postgres.Server);
        var stores = nodes.Stores();
        await stores.RecordAsync(Some.Placed("e-1", 1));
        var before = await stores.EntriesAsync(StreamName.Order(Some.Tenant, "o-1"));
        // The plan names an event that is there already, behind one that is new: the index refuses it in every run.
        var runs = 0;
        await Should.ThrowAsync<PostgresException>(() => stores.Orders.RecordAsync([Some.Status("e-2", OrderStatus.Paid, 2)], context =>
        {
            runs++;
            var plan = RecordingPlanner.Plan(context, Some.Tools, [Some.Status("e-2", OrderStatus.Paid, 2)], Stores.Now);
            plan.Events.Add(Some.Placed("e-1", 1));
            return plan;
        }, CancellationToken.None));
        runs.ShouldBe(3);
        (await stores.EntriesAsync(StreamName.Order(Some.Tenant, "o-1"))).Count.ShouldBe(before.Count);
        (await stores.RecordAsync(Some.Status("e-2", OrderStatus.Paid, 2))).Outcomes.Single().ShouldBeOfType<RecordOutcome.Accepted>();
    }

    [Fact]
    public async Task A_commit_is_synchronous_whatever_the_database_is_set_to()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await RunAsync(connectionString, $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} SET synchronous_commit = off");
        await using var nodes = await TwoNodes.OpenAsync(connectionString);
        (await SettingAsync("off")).ShouldBe("on");
        await RunAsync(connectionString, $"ALTER DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} SET synchronous_commit = remote_apply");
        await using var stricter = await TwoNodes.OpenAsync(connectionString);
        (await SettingAsync("remote_apply", stricter.One)).ShouldBe("remote_apply");

        Task<string> SettingAsync(string set, PostgresDatabase? database = null) => (database ?? nodes.One).WriteAsync(
            TenantScope.Of(Some.Tenant),
            async session =>
            {
                session.Add("SELECT current_setting('synchronous_commit'), reset_val FROM pg_settings WHERE name = 'synchronous_commit'");
                await using var reader = await session.SendAsync();
                await reader.ReadAsync();
                reader.GetString(1).ShouldBe(set);
                return reader.GetString(0);
            },
            CancellationToken.None);
    }

    [Fact]
    public async Task Weeks_are_made_ahead_and_what_fell_into_the_default_partition_moves_into_them()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await using var database = new PostgresDatabase(new PostgresSettings(connectionString));
        await database.OpenAsync(new FakeClock(Stores.Now.AddYears(1)), progress: null, CancellationToken.None);
        var stores = TwoNodes.Over(database);
        await stores.RecordAsync(Some.Placed("e-1", 1));
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        (await CountRowsAsync(connection, "entries_default")).ShouldBe(2);
        var before = await stores.EntriesAsync(StreamName.Customer(Some.Tenant, "c-1"));

        await PostgresPartitions.EnsureAsync(connection, Stores.Now, CancellationToken.None);
        await PostgresPartitions.EnsureAsync(connection, Stores.Now, CancellationToken.None);
        (await CountRowsAsync(connection, "entries_default")).ShouldBe(0);
        (await CountRowsAsync(connection, $"entries_{PostgresPartitions.Monday(Stores.Now):yyyyMMdd}")).ShouldBe(2);
        (await PostgresPartitions.ListAsync(connection, "entries", CancellationToken.None)).Count.ShouldBe(10);
        var after = await stores.EntriesAsync(StreamName.Customer(Some.Tenant, "c-1"));
        after.Select(entry => (entry.Offset, entry.Id, entry.Time)).ShouldBe(before.Select(entry => (entry.Offset, entry.Id, entry.Time)));
        (await stores.InboxAsync()).Items.Count.ShouldBe(1);
        await stores.RecordAsync(Some.Status("e-2", OrderStatus.Paid, 2));
        (await CountRowsAsync(connection, "entries_default")).ShouldBe(0);
    }

    [Theory]
    [InlineData("2026-11-16T00:00:00Z", "2026-11-16")]
    [InlineData("2026-11-22T23:59:59Z", "2026-11-16")]
    [InlineData("2026-11-23T00:30:00+02:00", "2026-11-16")]
    [InlineData("2027-01-01T00:00:00Z", "2026-12-28")]
    public void A_week_begins_on_monday(string time, string monday) =>
        PostgresPartitions.Monday(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture)).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture).ShouldBe(monday);

    [Theory]
    [InlineData("Host=db;Database=milepost;Password=hush", null)]
    [InlineData("Host=db;Password=hush", "must name a Database")]
    [InlineData("Database=hush", "must name a Host")]
    [InlineData("Host=db;Hots=hush", "cannot be read")]
    [InlineData("hush", "cannot be read")]
    [InlineData("Host=db;Database=m;Port=hush", "cannot be read")]
    public void A_connection_string_that_cannot_be_used_is_refused_without_repeating_it(string connectionString, string? expected)
    {
        var problem = PostgresSettings.Problem(connectionString);
        (problem?.StartsWith(expected!, StringComparison.Ordinal) ?? expected is null).ShouldBeTrue(problem);
        (problem ?? "").ShouldNotContain("hush");
    }

    [Fact]
    public async Task Before_it_was_opened_everything_is_unavailable()
    {
        await using var database = new PostgresDatabase(new PostgresSettings(await postgres.Server.CreateDatabaseAsync()));
        await Should.ThrowAsync<StoreUnavailableException>(() => TwoNodes.Over(database).RecordAsync(Some.Placed("e-1", 1)));
        await Should.ThrowAsync<StoreUnavailableException>(() => TwoNodes.Over(database).Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None));
    }

    // Npgsql starts one activity for each batch or command that it sends and waits for.
    private static async Task<int> CountAsync(Func<Task> work)
    {
        var trips = 0;
        using var mine = new Activity("count").Start();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity =>
            {
                if (activity.RootId == mine.RootId)
                {
                    Interlocked.Increment(ref trips);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await work();
        return trips;
    }

    private static async Task<long> CountRowsAsync(NpgsqlConnection connection, string table)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand($"SELECT set_config('milepost.tenants', '*', true); SELECT count(*) FROM {table}", connection);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.NextResultAsync();
        await reader.ReadAsync();
        return reader.GetInt64(0);
    }

    private static async Task RunAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
