using Milepost.Core.Customers;
using Milepost.Storage.Postgres;
using Milepost.Storage.Tests.Postgres;

namespace Milepost.Storage.Tests.Customers;

public sealed class PostgresCustomerStoreTests(PostgresFixture postgres) : CustomerStoreConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    internal override async Task<CustomerStores> OpenAsync()
    {
        _nodes = await TwoNodes.OpenAsync(postgres.Server);
        return new CustomerStores(new TakingTurns(new PostgresCustomerStore(_nodes.Two), new PostgresCustomerStore(_nodes.One)), _nodes.Stores());
    }

    public ValueTask DisposeAsync() => _nodes?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Every other call is another node's.
    private sealed class TakingTurns(ICustomerStore one, ICustomerStore two) : ICustomerStore
    {
        private int _calls;

        private ICustomerStore Next => Interlocked.Increment(ref _calls) % 2 == 0 ? one : two;

        public Task<Customer?> FindAsync(string tenant, string customerId, CancellationToken cancellationToken) => Next.FindAsync(tenant, customerId, cancellationToken);

        public Task<TChange> ChangeAsync<TChange>(string tenant, string customerId, Func<CustomerState, TChange> decide, CancellationToken cancellationToken)
            where TChange : CustomerChange => Next.ChangeAsync(tenant, customerId, decide, cancellationToken);

        public Task<DeviceClaim?> ClaimDeviceAsync(string tenant, string customerId, Device device, CancellationToken cancellationToken) =>
            Next.ClaimDeviceAsync(tenant, customerId, device, cancellationToken);
    }
}
