using Milepost.Core.Access;
using Milepost.Storage.Postgres;

namespace Milepost.Storage.Tests.Postgres;

public sealed class PostgresRevocationStoreTests(PostgresFixture postgres) : RevocationStoreConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    internal override async Task<IRevocationStore> OpenAsync()
    {
        _nodes = await TwoNodes.OpenAsync(postgres.Server);
        return new PostgresRevocationStore(_nodes.One);
    }

    [Fact]
    public async Task What_one_node_adds_the_other_reads()
    {
        var store = await OpenAsync();
        var revocation = new Revocation("acme", "ada", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, null);
        await store.AddAsync(revocation, CancellationToken.None);
        (await new PostgresRevocationStore(_nodes!.Two).ListSinceAsync(DateTimeOffset.MinValue, CancellationToken.None)).ShouldBe([revocation]);
    }

    public ValueTask DisposeAsync() => _nodes?.DisposeAsync() ?? ValueTask.CompletedTask;
}
