namespace Milepost.Storage.Tests.Postgres;

public sealed class PostgresStoreTests(PostgresFixture postgres) : StoreConformance, IAsyncDisposable
{
    private readonly List<TwoNodes> _opened = [];

    internal override async Task<Stores> OpenAsync()
    {
        var nodes = await TwoNodes.OpenAsync(postgres.Server);
        _opened.Add(nodes);
        return nodes.Stores();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var nodes in _opened)
        {
            await nodes.DisposeAsync();
        }
    }
}
