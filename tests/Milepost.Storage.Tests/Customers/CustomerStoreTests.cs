using Milepost.Core.Tests;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Tests.Sqlite;

namespace Milepost.Storage.Tests.Customers;

public sealed class MemoryCustomerStoreTests : CustomerStoreConformance
{
    internal override Task<CustomerStores> OpenAsync()
    {
        var store = new MemoryStore();
        return Task.FromResult(new CustomerStores(store, new Stores(store, store, store)));
    }
}

public sealed class SqliteCustomerStoreTests : CustomerStoreConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<CustomerStores> OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult(new CustomerStores(new SqliteCustomerStore(_database), SqliteDatabaseTests.Over(_database)));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}
