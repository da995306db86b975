using System.Text;
using Milepost.Storage.Postgres;
using Milepost.Storage.Postgres.Deliveries;
using Milepost.Storage.Tests.Postgres;
using Npgsql;

namespace Milepost.Storage.Tests.Erasure;

public sealed class PostgresErasureTests(PostgresFixture postgres) : ErasureConformance, IAsyncDisposable
{
    private readonly List<TwoNodes> _opened = [];

    internal override async Task<ErasureStores> OpenAsync()
    {
        var nodes = await TwoNodes.OpenAsync(postgres.Server);
        _opened.Add(nodes);
        return new ErasureStores(nodes.Stores(), new PostgresCustomerStore(nodes.Two), new PostgresDeliveryQueue(nodes.Two, callersClock: true), new PostgresOutbox(nodes.One), () => DumpAsync(nodes.ConnectionString));
    }

    private static async Task<string> DumpAsync(string connectionString)
    {
        var dump = new StringBuilder();
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var command = new NpgsqlCommand("SELECT set_config('milepost.tenants', '*', false); SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace", connection))
        {
            await using var reader = await command.ExecuteReaderAsync();
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
            {
                tables.Add(reader.GetString(0));
            }
        }

        foreach (var table in tables)
        {
            await using var command = new NpgsqlCommand($"SELECT * FROM {table}", connection);
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                var values = new object[reader.FieldCount];
                reader.GetValues(values);
                ErasureStores.Append(dump, [table, .. values]);
            }
        }

        return dump.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var nodes in _opened)
        {
            await nodes.DisposeAsync();
        }
    }
}
