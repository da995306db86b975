using Milepost.Core.Deliveries;
using Milepost.Storage.Postgres;
using Milepost.Storage.Postgres.Deliveries;

namespace Milepost.Storage.Tests.Postgres;

public sealed class PostgresSuppressionStoreTests(PostgresFixture postgres) : SuppressionStoreConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    internal override async Task<ISuppressionStore> OpenAsync(AddressSecret secret)
    {
        _nodes ??= await TwoNodes.OpenAsync(postgres.Server);
        return new PostgresSuppressionStore(_nodes.One, secret);
    }

    [Fact]
    public async Task What_one_node_adds_the_other_finds_and_two_that_add_at_once_do_not_wait_in_a_circle()
    {
        var secret = new AddressSecret("");
        ISuppressionStore[] stores = [await OpenAsync(secret), new PostgresSuppressionStore(_nodes!.Two, secret)];
        ChannelAddress[] addresses = [.. Enumerable.Range(0, 100).Select(index => new ChannelAddress("acme", DeliveryChannel.Email, $"c{index}@example.org"))];
        Suppression[] all = [.. addresses.Select(address => new Suppression(address, SuppressionReason.HardBounce, null, DateTimeOffset.UnixEpoch))];

        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(turn => stores[turn % 2].AddAsync(turn < 4 ? all : [.. all.Reverse()], CancellationToken.None)));

        added.Sum().ShouldBe(all.Length);
        (await stores[1].FindAsync(addresses, CancellationToken.None)).ShouldAllBe(row => row != null);
    }

    public ValueTask DisposeAsync() => _nodes?.DisposeAsync() ?? ValueTask.CompletedTask;
}
