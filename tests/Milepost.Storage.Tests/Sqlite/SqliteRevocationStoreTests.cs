using Milepost.Core.Access;
using Milepost.Storage.Sqlite;

namespace Milepost.Storage.Tests.Sqlite;

public sealed class SqliteRevocationStoreTests : RevocationStoreConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<IRevocationStore> OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult<IRevocationStore>(new SqliteRevocationStore(_database));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}
