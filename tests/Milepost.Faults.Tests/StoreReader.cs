using Npgsql;

namespace Milepost.Faults.Tests;

/// <summary>An entry as it is on disk.</summary>
internal readonly record struct StoredEntry(string Tenant, string Label, long Offset, long Check, string Id);

/// <summary>Reads the tables past the product, as the superuser whom row-level security does not bind.</summary>
internal sealed class StoreReader(string connectionString)
{
    public async Task<IReadOnlyList<StoredEntry>> EntriesAsync(IReadOnlyList<string> tenants)
    {
        return await ReadAsync(
            """SELECT s.tenant, s.label, e."offset", e.fingerprint, e.id FROM entries e JOIN streams s ON s.id = e.stream WHERE s.tenant = ANY($1) ORDER BY s.tenant, s.label, e."offset" """,
            tenants,
            row => new StoredEntry(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetString(4)));
    }

    public async Task<IReadOnlyList<(string Tenant, string Label, long Head)>> HeadsAsync(IReadOnlyList<string> tenants) => await ReadAsync(
        "SELECT tenant, label, head FROM streams WHERE tenant = ANY($1) AND head > 0", tenants, row => (row.GetString(0), row.GetString(1), row.GetInt64(2)));

    /// <summary>How often each event is recorded.</summary>
    public async Task<IReadOnlyList<(string Tenant, string Id, long Count)>> EventsAsync(IReadOnlyList<string> tenants) => await ReadAsync(
        "SELECT tenant, id, count(*) FROM events WHERE tenant = ANY($1) GROUP BY tenant, id", tenants, row => (row.GetString(0), row.GetString(1), row.GetInt64(2)));

    /// <summary>Streams in which, at this moment, a later entry can be seen and an earlier one cannot.</summary>
    public async Task<IReadOnlyList<string>> HolesAsync(IReadOnlyList<string> tenants) => await ReadAsync(
        """
        SELECT s.tenant || ' ' || s.label || ': head ' || s.head || ', ' || count(e.stream) || ' entries up to ' || coalesce(max(e."offset"), 0)
        FROM streams s LEFT JOIN entries e ON e.stream = s.id
        WHERE s.tenant = ANY($1)
        GROUP BY s.id, s.tenant, s.label, s.head
        HAVING count(e.stream) <> coalesce(max(e."offset"), 0) OR coalesce(max(e."offset"), 0) <> s.head
        """,
        tenants,
        row => row.GetString(0));

    /// <summary>How many messages of these tenants' orders were put aside.</summary>
    public async Task<int> DeadLettersAsync(IReadOnlyList<string> tenants) => (int)(await ReadAsync(
        "SELECT count(*) FROM dead_letters WHERE EXISTS (SELECT 1 FROM unnest($1) AS t (tenant) WHERE convert_from(key, 'UTF8') LIKE t.tenant || '-%')",
        tenants,
        row => row.GetInt64(0)))[0];

    private async Task<IReadOnlyList<T>> ReadAsync<T>(string sql, IReadOnlyList<string> tenants, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false;Timeout=2;Command Timeout=5");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = tenants.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
