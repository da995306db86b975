using Milepost.Core.Recording;
using Milepost.Core.Tests;
using Milepost.Storage.Postgres;
using Npgsql;

namespace Milepost.Storage.Tests.Postgres;

/// <summary>The second wall between tenants: what the server shows a statement that forgot its WHERE.</summary>
public sealed class PostgresTenantTests(PostgresFixture postgres)
{
    private static readonly string[] Tables = ["events", "orders", "customers", "streams", "notifications", "entries", "notifications_default", "entries_default", "driver_tracks", "order_tracks", "fix_history", "fix_history_default", "eta_revisions"];

    [Fact]
    public async Task Without_a_tenant_nothing_is_seen_and_nothing_written()
    {
        await using var nodes = await FilledAsync();
        await using var source = NpgsqlDataSource.Create(nodes.ConnectionString);
        foreach (var table in Tables)
        {
            (await CountAsync(source, $"SELECT count(*) FROM {table}")).ShouldBe(0, table);
        }

        await Should.ThrowAsync<PostgresException>(() => CountAsync(source, "INSERT INTO customers (tenant, id, body) VALUES ('acme', 'c', '') RETURNING 1::bigint"));
        (await CountAsync(source, "WITH gone AS (DELETE FROM events RETURNING 1) SELECT count(*) FROM gone")).ShouldBe(0);
    }

    [Theory]
    [InlineData("acme", 1)]
    [InlineData("globex", 1)]
    [InlineData("acme,globex", 2)]
    [InlineData("*", 2)]
    [InlineData("acm", 0)]
    [InlineData("acme,", 1)]
    [InlineData("", 0)]
    public async Task A_statement_without_a_where_sees_its_tenants_alone(string tenants, long expected)
    {
        await using var nodes = await FilledAsync();
        await using var connection = new NpgsqlConnection(nodes.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var scope = new NpgsqlCommand("SELECT set_config('milepost.tenants', $1, true)", connection) { Parameters = { new() { Value = tenants } } })
        {
            await scope.ExecuteNonQueryAsync();
        }

        foreach (var table in Tables.Take(6))
        {
            await using var command = new NpgsqlCommand($"SELECT count(DISTINCT tenant) FROM {table}", connection);
            ((long)(await command.ExecuteScalarAsync())!).ShouldBe(expected, table);
        }
    }

    [Fact]
    public async Task Every_table_with_a_tenant_is_guarded_partitions_too()
    {
        await using var nodes = await FilledAsync();
        await using var source = NpgsqlDataSource.Create(nodes.ConnectionString);
        await using var command = source.CreateCommand("""
            SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant'
            WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
              AND NOT (c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive AND p.polcmd = '*'))
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var open = new List<string>();
        while (await reader.ReadAsync())
        {
            open.Add(reader.GetString(0));
        }

        open.ShouldBeEmpty();
        (await PartitionsAsync(nodes)).Count.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task A_pooled_connection_does_not_inherit_the_tenants_of_its_last_user()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await using var database = new PostgresDatabase(new PostgresSettings(connectionString, WriteConnections: 1, ReadConnections: 1));
        await database.OpenAsync(TimeProvider.System, null, CancellationToken.None);
        var stores = TwoNodes.Over(database);
        await stores.RecordAsync(Some.Placed("e-1", 1), Some.Placed("e-2", 1, "c-1", "o-1", "globex"));
        (await SeenAsync("globex")).ShouldBe(["globex"]);
        await Should.ThrowAsync<InvalidOperationException>(() => stores.Orders.RecordAsync([Some.Placed("e-3", 1)], _ => throw new InvalidOperationException(), CancellationToken.None));
        (await SeenAsync("globex")).ShouldBe(["globex"]);
        (await SeenAsync("nobody")).ShouldBeEmpty();

        // On the one connection of each pool, first read, then written.
        async Task<List<string>> SeenAsync(string tenant)
        {
            var read = await database.ReadAsync(
                TenantScope.Of(tenant), session => session.Add("SELECT tenant FROM orders"), async reader =>
                {
                    var tenants = new List<string>();
                    while (await reader.ReadAsync())
                    {
                        tenants.Add(reader.GetString(0));
                    }

                    return tenants;
                },
                CancellationToken.None);
            var written = await database.WriteAsync(
                TenantScope.Of(tenant), async session =>
                {
                    session.Add("UPDATE orders SET status = status RETURNING tenant");
                    var tenants = new List<string>();
                    await using (var reader = await session.SendAsync())
                    {
                        while (await reader.ReadAsync())
                        {
                            tenants.Add(reader.GetString(0));
                        }
                    }

                    await session.CommitAsync();
                    return tenants;
                },
                CancellationToken.None);
            written.ShouldBe(read);
            return read;
        }
    }

    [Theory]
    [InlineData("a,b")]
    [InlineData("*")]
    [InlineData("")]
    public void What_cannot_name_a_tenant_is_no_scope(string tenant) => Should.Throw<ArgumentException>(() => TenantScope.Of(tenant));

    [Fact]
    public async Task A_superuser_is_warned_of_and_an_ordinary_role_is_not()
    {
        var connectionString = await postgres.Server.CreateDatabaseAsync();
        await using var ordinary = new PostgresDatabase(new PostgresSettings(connectionString));
        (await ordinary.OpenAsync(TimeProvider.System, null, CancellationToken.None)).ShouldBeEmpty();
        await using var super = new PostgresDatabase(new PostgresSettings(new NpgsqlConnectionStringBuilder(connectionString) { Username = "postgres" }.ConnectionString));
        (await super.OpenAsync(TimeProvider.System, null, CancellationToken.None)).Single().ShouldContain("superuser");
    }

    private static async Task<List<string>> PartitionsAsync(TwoNodes nodes)
    {
        await using var connection = new NpgsqlConnection(nodes.ConnectionString);
        await connection.OpenAsync();
        return [.. (await PostgresPartitions.ListAsync(connection, "entries", CancellationToken.None)).Concat(await PostgresPartitions.ListAsync(connection, "notifications", CancellationToken.None)).Select(partition => partition.Name)];
    }

    private async Task<TwoNodes> FilledAsync()
    {
        var nodes = await TwoNodes.OpenAsync(postgres.Server);
        (await nodes.Stores().RecordAsync(Some.Placed("e-1", 1), Some.Placed("e-2", 1, "c-1", "o-1", "globex"))).Outcomes.ShouldAllBe(outcome => outcome is RecordOutcome.Accepted);
        return nodes;
    }

    private static async Task<long> CountAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
