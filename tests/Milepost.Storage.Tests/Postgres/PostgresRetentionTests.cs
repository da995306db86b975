using Milepost.Core.Tests;
using Milepost.Storage.Postgres;
using Milepost.Storage.Postgres.Deliveries;
using Milepost.Testing;
using Npgsql;

namespace Milepost.Storage.Tests.Postgres;

public sealed class PostgresRetentionTests(PostgresFixture postgres) : RetentionConformance, IAsyncDisposable
{
    private readonly List<TwoNodes> _opened = [];

    internal override async Task<RetentionStores> OpenAsync(TimeProvider time)
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await using (var first = new PostgresDatabase(new PostgresSettings(connectionString)))
        {
            await first.OpenAsync(time, progress: null, CancellationToken.None);
        }

        var nodes = await TwoNodes.OpenAsync(connectionString);
        _opened.Add(nodes);
        return new RetentionStores(
            nodes.Stores(), new PostgresRetentionStore(nodes.Two, time), new PostgresDeliveryQueue(nodes.One, callersClock: true), new PostgresDeliveryHistory(nodes.Two),
            new PostgresOutbox(nodes.One), new PostgresDeadLetterStore(nodes.One), new PostgresRevocationStore(nodes.One));
    }

    [Fact]
    public async Task Old_weeks_are_dropped_whole_and_new_ones_made()
    {
        var time = new FakeClock(Stores.Now.AddDays(-90));
        var (stores, retention) = await OpenAsync(time);
        await stores.RecordAsync(Some.Placed("e-1", 1));
        await using var connection = new NpgsqlConnection(_opened[0].ConnectionString);
        await connection.OpenAsync();
        (await WeeksAsync()).ShouldContain(PostgresPartitions.Monday(Stores.Now.AddDays(-90)).UtcTicks);

        time.Advance(TimeSpan.FromDays(400));
        await retention.DropBeforeAsync(Stores.Now.AddDays(-30), CancellationToken.None);
        var weeks = await WeeksAsync();
        weeks.ShouldAllBe(from => from > Stores.Now.AddDays(-37).UtcTicks);
        weeks.ShouldContain(PostgresPartitions.Monday(time.GetUtcNow().AddDays(28)).UtcTicks);

        async Task<List<long>> WeeksAsync() =>
            [.. (await PostgresPartitions.ListAsync(connection, "entries", CancellationToken.None)).Concat(await PostgresPartitions.ListAsync(connection, "notifications", CancellationToken.None)).Select(week => week.From)];
    }

    [Fact]
    public async Task While_one_node_is_at_it_the_others_leave_it_alone()
    {
        var (_, retention) = await OpenAsync(new FakeClock(Stores.Now));
        await using (var other = new NpgsqlConnection(_opened[0].ConnectionString + ";Pooling=false"))
        {
            await other.OpenAsync();
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock(x'726574656e74696f'::bigint)", other);
            await command.ExecuteNonQueryAsync();
            (await retention.DropBeforeAsync(Stores.Now, CancellationToken.None)).ShouldBeNull();
        }

        (await retention.DropBeforeAsync(Stores.Now, CancellationToken.None)).ShouldNotBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var nodes in _opened)
        {
            await nodes.DisposeAsync();
        }
    }
}
