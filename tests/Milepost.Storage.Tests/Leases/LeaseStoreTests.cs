using Milepost.Core.Leases;
using Milepost.Core.Tests;
using Milepost.Storage.Postgres;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Tests.Postgres;

namespace Milepost.Storage.Tests.Leases;

public sealed class MemoryLeaseStoreTests : LeaseStoreConformance
{
    internal override Task<ILeaseStore> OpenAsync() => Task.FromResult<ILeaseStore>(new MemoryLeaseStore());
}

public sealed class SqliteLeaseStoreTests : LeaseStoreConformance, IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");
    private SqliteDatabase? _database;

    internal override Task<ILeaseStore> OpenAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "milepost.db"));
        return Task.FromResult<ILeaseStore>(new SqliteLeaseStore(_database));
    }

    public void Dispose()
    {
        _database?.Dispose();
        _directory.Delete(recursive: true);
    }
}

public sealed class PostgresLeaseStoreTests(PostgresFixture postgres) : LeaseStoreConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    internal override async Task<ILeaseStore> OpenAsync()
    {
        _nodes = await TwoNodes.OpenAsync(postgres.Server);
        return new PostgresLeaseStore(_nodes.One, callersClock: true);
    }

    [Fact]
    public async Task Two_nodes_go_by_the_servers_clock_and_not_by_their_own()
    {
        await OpenAsync();
        var one = new PostgresLeaseStore(_nodes!.One);
        var two = new PostgresLeaseStore(_nodes.Two);
        var lease = (await one.TakeAsync("acme", "w", "one", TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch, CancellationToken.None))!;
        (await two.TakeAsync("acme", "w", "two", TimeSpan.FromHours(1), DateTimeOffset.MaxValue, CancellationToken.None)).ShouldBeNull();
        (await one.RenewAsync(lease, "9", TimeSpan.FromSeconds(-1), DateTimeOffset.MaxValue, CancellationToken.None)).ShouldBeTrue();
        (await two.TakeAsync("acme", "w", "two", TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch, CancellationToken.None)).ShouldBe(new WorkLease("acme", "w", "two", 2, "9"));
        (await one.RenewAsync(lease, "10", TimeSpan.FromHours(1), DateTimeOffset.UnixEpoch, CancellationToken.None)).ShouldBeFalse();
    }

    public ValueTask DisposeAsync() => _nodes?.DisposeAsync() ?? ValueTask.CompletedTask;
}
