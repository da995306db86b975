using Milepost.Storage.Postgres;
using Milepost.Storage.Tests.Postgres;
using Npgsql;

namespace Milepost.Storage.Tests.Sharing;

public sealed class PostgresShareStoreTests(PostgresFixture postgres) : ShareStoreConformance, IAsyncDisposable
{
    private TwoNodes? _nodes;

    internal override async Task<ShareStores> OpenAsync()
    {
        _nodes = await TwoNodes.OpenAsync(postgres.Server);
        return new ShareStores(new PostgresShareStore(_nodes.One), _nodes.Stores());
    }

    /// <summary>What a hash opens is one row of one table, to be read: the wall between tenants stands.</summary>
    [Fact]
    public async Task A_secret_opens_its_own_row_and_nothing_else()
    {
        await Everything_of_a_link_is_kept_and_found_by_its_secret();
        await using var source = NpgsqlDataSource.Create(_nodes!.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        foreach (var (hash, expected) in new[] { (Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("s-1"u8)), 1L), (new string('0', 64), 0L), ("", 0L) })
        {
            await using var transaction = await connection.BeginTransactionAsync();
            (await ValueAsync(connection, "SELECT set_config('milepost.share', $1, true)", hash)).ShouldBe(hash);
            (await ValueAsync(connection, "SELECT count(*) FROM shares")).ShouldBe(expected);
            (await ValueAsync(connection, "SELECT count(*) FROM orders")).ShouldBe(0L);
            (await ValueAsync(connection, "WITH changed AS (UPDATE shares SET uses = 7 RETURNING 1) SELECT count(*) FROM changed")).ShouldBe(0L);
        }
    }

    public ValueTask DisposeAsync() => _nodes?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static async Task<object?> ValueAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        return await command.ExecuteScalarAsync();
    }
}
