using Milepost.Storage.Sqlite;

namespace Milepost.Storage.Tests.Sqlite;

public sealed class SqliteStoreTests : StoreConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private readonly List<SqliteDatabase> _databases = [];

    internal override Task<Stores> OpenAsync()
    {
        var database = SqliteDatabase.Open(Path.Combine(_directory.FullName, $"{_databases.Count}.db"));
        _databases.Add(database);
        return Task.FromResult(SqliteDatabaseTests.Over(database));
    }

    public void Dispose()
    {
        _databases.ForEach(database => database.Dispose());
        _directory.Delete(recursive: true);
    }
}
