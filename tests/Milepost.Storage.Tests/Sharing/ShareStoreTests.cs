using Milepost.Storage.Sqlite;
using Milepost.Storage.Tests.Sqlite;

namespace Milepost.Storage.Tests.Sharing;

public sealed class SqliteShareStoreTests : ShareStoreConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<ShareStores> OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult(new ShareStores(new SqliteShareStore(_database), SqliteDatabaseTests.Over(_database)));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}
