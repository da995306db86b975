using Milepost.Core.Tenants;
using Milepost.Storage.Postgres;
using Milepost.Storage.Tests.Postgres;

namespace Milepost.Storage.Tests.Tenants;

public sealed class PostgresTenantStoreTests(PostgresFixture postgres) : TenantStoreConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    internal override async Task<ITenantStore> OpenAsync()
    {
        _nodes = await TwoNodes.OpenAsync(postgres.Server);
        return new PostgresTenantStore(_nodes.One);
    }

    [Fact]
    public async Task What_one_node_writes_the_other_reads_and_cannot_overwrite_unseen()
    {
        var store = await OpenAsync();
        var other = new PostgresTenantStore(_nodes!.Two);
        await store.PutAsync("acme", new TenantSettings { RetentionDays = 7 }, expected: 0, DateTimeOffset.UnixEpoch, CancellationToken.None);
        (await other.FindAsync("acme", CancellationToken.None))!.Settings.RetentionDays.ShouldBe(7);
        (await other.PutAsync("acme", TenantSettings.Default, expected: 0, DateTimeOffset.UnixEpoch, CancellationToken.None)).ShouldBeNull();
    }

    public ValueTask DisposeAsync() => _nodes?.DisposeAsync() ?? ValueTask.CompletedTask;
}
