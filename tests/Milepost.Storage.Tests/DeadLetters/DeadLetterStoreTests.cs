using Milepost.Core.DeadLetters;
using Milepost.Core.Tests;
using Milepost.Storage.Sqlite;

namespace Milepost.Storage.Tests.DeadLetters;

public sealed class MemoryDeadLettersTests : DeadLetterConformance
{
    public override Task<IDeadLetterStore> OpenAsync() => Task.FromResult<IDeadLetterStore>(new MemoryDeadLetters());
}

public sealed class SqliteDeadLetterStoreTests : DeadLetterConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    public override Task<IDeadLetterStore> OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult<IDeadLetterStore>(new SqliteDeadLetterStore(_database));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}
