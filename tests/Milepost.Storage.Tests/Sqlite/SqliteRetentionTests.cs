using Milepost.Core.Streams;
using Milepost.Storage.Sqlite;

namespace Milepost.Storage.Tests.Sqlite;

public sealed class SqliteRetentionTests : RetentionConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<(Stores Stores, IRetentionStore Retention)> OpenAsync(TimeProvider time)
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult<(Stores, IRetentionStore)>((SqliteDatabaseTests.Over(_database), new SqliteRetentionStore(_database)));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}
