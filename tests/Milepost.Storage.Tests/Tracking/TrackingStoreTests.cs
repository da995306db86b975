using Milepost.Storage.Postgres;
using Milepost.Storage.Postgres.Tracking;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Tracking;
using Milepost.Storage.Tests.Postgres;
using Milepost.Storage.Tests.Sqlite;
using Npgsql;

namespace Milepost.Storage.Tests.Tracking;

public sealed class SqliteTrackingStoreTests : TrackingStoreConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<TrackingStores> OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult(new TrackingStores(SqliteDatabaseTests.Over(_database), new SqliteTrackingStore(_database), new SqliteTrackingStore(_database)));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}

public sealed class PostgresTrackingStoreTests(PostgresFixture postgres) : TrackingStoreConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    internal override async Task<TrackingStores> OpenAsync()
    {
        _nodes = await TwoNodes.OpenAsync(postgres.Server);
        return new TrackingStores(_nodes.Stores(), new PostgresTrackingStore(_nodes.One), new PostgresTrackingStore(_nodes.Two));
    }

    [Fact]
    public async Task Weeks_without_a_point_that_is_kept_are_dropped_whole()
    {
        var (_, tracking, _) = await OpenAsync();
        await using var connection = new NpgsqlConnection(_nodes!.ConnectionString);
        await connection.OpenAsync();
        var weeks = await PostgresPartitions.ListAsync(connection, "fix_history", CancellationToken.None);
        weeks.Count.ShouldBeGreaterThan(3);
        await tracking.DropPointsAsync(new DateTimeOffset(weeks[1].To, TimeSpan.Zero), CancellationToken.None);
        (await PostgresPartitions.ListAsync(connection, "fix_history", CancellationToken.None)).ShouldBe(weeks[2..]);
    }

    public ValueTask DisposeAsync() => _nodes?.DisposeAsync() ?? ValueTask.CompletedTask;
}
