using Milepost.Storage.Postgres;
using Milepost.Storage.Postgres.Tracking;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Tracking;
using Milepost.Storage.Tests.Postgres;
using Milepost.Storage.Tests.Sqlite;

namespace Milepost.Storage.Tests.Tracking;

public sealed class SqliteOrderWatchTests : OrderWatchConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<WatchStores> OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult(new WatchStores(SqliteDatabaseTests.Over(_database), new SqliteTrackingStore(_database), new SqliteOrderWatch(_database), new SqliteOrderWatch(_database)));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}

public sealed class PostgresOrderWatchTests(PostgresFixture postgres) : OrderWatchConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    internal override async Task<WatchStores> OpenAsync()
    {
        _nodes = await TwoNodes.OpenAsync(postgres.Server);
        return new WatchStores(_nodes.Stores(), new PostgresTrackingStore(_nodes.One), new PostgresOrderWatch(_nodes.One), new PostgresOrderWatch(_nodes.Two));
    }

    public ValueTask DisposeAsync() => _nodes?.DisposeAsync() ?? ValueTask.CompletedTask;
}
