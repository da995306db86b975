using Milepost.Core.Tenants;
using Milepost.Core.Tests;
using Milepost.Storage.Sqlite;

namespace Milepost.Storage.Tests.Tenants;

public sealed class MemoryTenantStoreTests : TenantStoreConformance
{
    internal override Task<ITenantStore> OpenAsync() => Task.FromResult<ITenantStore>(new MemoryTenantStore());
}

public sealed class SqliteTenantStoreTests : TenantStoreConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<ITenantStore> OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult<ITenantStore>(new SqliteTenantStore(_database));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}
