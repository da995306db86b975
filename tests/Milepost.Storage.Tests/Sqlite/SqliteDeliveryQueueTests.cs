using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Storage.Tests.Deliveries;

namespace Milepost.Storage.Tests.Sqlite;

public sealed class SqliteDeliveryQueueTests : DeliveryQueueConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private readonly List<SqliteDatabase> _databases = [];

    internal override Task<Queues> OpenAsync()
    {
        var database = SqliteDatabase.Open(Path.Combine(_directory.FullName, $"{_databases.Count}.db"));
        _databases.Add(database);
        var queue = new SqliteDeliveryQueue(database);
        return Task.FromResult(new Queues(new SqliteOrderStore(database), queue, queue, new SqliteOutbox(database)));
    }

    public void Dispose()
    {
        _databases.ForEach(database => database.Dispose());
        _directory.Delete(recursive: true);
    }
}
