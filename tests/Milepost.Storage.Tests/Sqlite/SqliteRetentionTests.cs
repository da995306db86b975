using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;

namespace Milepost.Storage.Tests.Sqlite;

public sealed class SqliteRetentionTests : RetentionConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<RetentionStores> OpenAsync(TimeProvider time)
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult(new RetentionStores(
            SqliteDatabaseTests.Over(_database), new SqliteRetentionStore(_database), new SqliteDeliveryQueue(_database), new SqliteDeliveryHistory(_database),
            new SqliteOutbox(_database), new SqliteDeadLetterStore(_database), new SqliteRevocationStore(_database)));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}
