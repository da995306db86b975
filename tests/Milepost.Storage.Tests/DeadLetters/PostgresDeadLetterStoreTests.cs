using Milepost.Core.DeadLetters;
using Milepost.Storage.Postgres;
using Milepost.Storage.Tests.Postgres;

namespace Milepost.Storage.Tests.DeadLetters;

public sealed class PostgresDeadLetterStoreTests(PostgresFixture postgres) : DeadLetterConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    public override async Task<IDeadLetterStore> OpenAsync()
    {
        _nodes = await TwoNodes.OpenAsync(postgres.Server);
        return new PostgresDeadLetterStore(_nodes.One);
    }

    public async ValueTask DisposeAsync()
    {
        if (_nodes is not null)
        {
            await _nodes.DisposeAsync();
        }
    }
}
