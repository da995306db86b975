using Milepost.Core.Notifications;
using Milepost.Protocol.Streams;
using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>A stream's counter row, held until the end of the transaction.</summary>
internal readonly record struct LockedStream(long Id, StreamHead Head, InboxState Inbox);

/// <summary>
/// The locks of a unit of work: the counter rows of its streams. All take them in one order, orders before customers and each kind by tenant and
/// label, so that no two wait for each other. Rows that are missing are made first, in the same order; making one holds it like a lock.
/// </summary>
internal static class PostgresStreamLocks
{
    /// <summary>In the order in which streams of one kind are locked.</summary>
    public static StreamName[] Sorted(IEnumerable<StreamName> streams) =>
        [.. streams.Distinct().OrderBy(stream => stream.Tenant, StringComparer.Ordinal).ThenBy(stream => stream.Label, StringComparer.Ordinal)];

    /// <summary>Adds the statements that lock <paramref name="sorted"/>, streams of one kind; the rows are one result, for <see cref="ReadAsync"/>.</summary>
    public static void Add(PostgresSession session, StreamName[] sorted)
    {
        var (tenants, labels) = Columns(sorted);
        session.Add(
            """
            INSERT INTO streams (tenant, label)
            SELECT k.tenant, k.label FROM unnest($1, $2) WITH ORDINALITY AS k (tenant, label, turn)
            WHERE NOT EXISTS (SELECT 1 FROM streams s WHERE s.tenant = k.tenant AND s.label = k.label)
            ORDER BY k.turn
            ON CONFLICT (tenant, label) DO NOTHING
            """,
            tenants, labels);
        AddExisting(session, sorted);
    }

    /// <summary>The same without making rows that are missing.</summary>
    public static void AddExisting(PostgresSession session, StreamName[] sorted)
    {
        var (tenants, labels) = Columns(sorted);
        // Sorted first and locked then, row by row (LockRows stands above Sort); what changed while we waited is read anew.
        session.Add(
            """
            SELECT s.id, s.tenant, s.label, s.head, s.fingerprint, s.unread, s.total
            FROM unnest($1, $2) WITH ORDINALITY AS k (tenant, label, turn) JOIN streams s ON s.tenant = k.tenant AND s.label = k.label
            ORDER BY k.turn
            FOR UPDATE OF s
            """,
            tenants, labels);
    }

    public static async Task ReadAsync(NpgsqlDataReader reader, Dictionary<StreamName, LockedStream> locked)
    {
        while (await reader.ReadAsync())
        {
            locked.Add(
                new StreamName(reader.GetString(1), reader.GetString(2)),
                new LockedStream(reader.GetInt64(0), new StreamHead(reader.GetInt64(3), (uint)reader.GetInt64(4)), new InboxState(reader.GetInt32(5), reader.GetInt32(6))));
        }
    }

    public static (string[] Tenants, string[] Labels) Columns(IReadOnlyCollection<StreamName> streams) =>
        ([.. streams.Select(stream => stream.Tenant)], [.. streams.Select(stream => stream.Label)]);
}
