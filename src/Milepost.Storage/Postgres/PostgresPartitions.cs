using System.Globalization;
using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>The weekly partitions of what grows with time. A week begins on Monday, 00:00 UTC.</summary>
internal static class PostgresPartitions
{
    // So many weeks may pass without a pass before rows fall into the default partition, which is slower to clear and loses nothing.
    private const int WeeksAhead = 4;

    // "parts" in ASCII: two nodes that make the same partition wait for each other.
    private const long Lock = 0x7061727473;

    public static readonly IReadOnlyList<string> Tables = ["notifications", "entries", "fix_history"];

    /// <summary>Makes the partitions of this week and the coming ones, as far as they are missing.</summary>
    public static async Task EnsureAsync(NpgsqlConnection connection, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var table in Tables)
        {
            var existing = await ListAsync(connection, table, cancellationToken);
            foreach (var monday in Enumerable.Range(0, WeeksAhead + 1).Select(week => Monday(now).AddDays(7 * week)))
            {
                if (!existing.Exists(partition => partition.From == monday.UtcTicks))
                {
                    await MakeAsync(connection, table, monday, cancellationToken);
                }
            }
        }
    }

    /// <summary>The partitions with the times that they hold, oldest first; the default one is none of them.</summary>
    public static async Task<List<(string Name, long From, long To)>> ListAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT c.relname::text, pg_get_expr(c.relpartbound, c.oid)
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = $1::text::regclass AND pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'
            """, connection);
        command.Parameters.Add(new NpgsqlParameter { Value = table });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var partitions = new List<(string Name, long From, long To)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // FOR VALUES FROM ('638...') TO ('638...')
            var bounds = reader.GetString(1).Split('\'');
            partitions.Add((reader.GetString(0), long.Parse(bounds[1], CultureInfo.InvariantCulture), long.Parse(bounds[3], CultureInfo.InvariantCulture)));
        }

        return [.. partitions.OrderBy(partition => partition.From)];
    }

    internal static DateTimeOffset Monday(DateTimeOffset time)
    {
        var day = new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero);
        return day.AddDays(-(((int)day.DayOfWeek + 6) % 7));
    }

    private static async Task MakeAsync(NpgsqlConnection connection, string table, DateTimeOffset monday, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{table}_{monday:yyyyMMdd}");
        var (from, to) = (monday.UtcTicks, monday.AddDays(7).UtcTicks);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({Lock})"), cancellationToken);
        if (!(await ListAsync(connection, table, cancellationToken)).Exists(partition => partition.From == from))
        {
            // Attached rather than made in place: that would stop all writers and readers of the table. Rows of that week which lie in the default
            // partition already have to move; its lock keeps more from coming.
            await RunAsync(
                connection,
                string.Create(CultureInfo.InvariantCulture, $"""
                    SELECT set_config('milepost.tenants', '*', true);
                    CREATE TABLE {name} (LIKE {table} INCLUDING ALL);
                    SELECT milepost_guard('{name}');
                    LOCK TABLE {table}_default IN ACCESS EXCLUSIVE MODE;
                    WITH moved AS (DELETE FROM {table}_default WHERE time >= {from} AND time < {to} RETURNING *) INSERT INTO {name} SELECT * FROM moved;
                    ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({from}) TO ({to});
                    """),
                cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
