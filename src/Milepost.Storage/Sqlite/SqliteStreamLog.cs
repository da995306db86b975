using Milepost.Core.Notifications;
using Milepost.Core.Streams;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteStreamLog(SqliteDatabase database) : IStreamLog
{
    public ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken) => ValueTask.FromResult(database.Read(session =>
    {
        if (Find(session, stream) is not { } row)
        {
            return new StreamLocation(database.Epoch, 1, default, null);
        }

        using var statement = session.Prepare("SELECT fingerprint FROM entries WHERE stream = ? AND offset = ?").Bind(1, row.Id).Bind(2, offset);
        return new StreamLocation(database.Epoch, row.First, row.Head, statement.Step() ? (uint)statement.Long(0) : null);
    }));

    public ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(session =>
        {
            var heads = new Dictionary<StreamName, long>(streams.Count);
            foreach (var stream in streams)
            {
                if (Find(session, stream) is { Head.Offset: > 0 } row)
                {
                    heads[stream] = row.Head.Offset;
                }
            }

            return (IReadOnlyDictionary<StreamName, long>)heads;
        }));

    public ValueTask<IReadOnlyList<StreamEntry>> ReadAsync(StreamName stream, long after, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult(database.Read(session =>
        {
            var entries = new List<StreamEntry>();
            if (Find(session, stream) is { } row)
            {
                using var statement = session
                    .Prepare("SELECT offset, fingerprint, type, id, time, data FROM entries WHERE stream = ? AND offset > ? ORDER BY offset LIMIT ?")
                    .Bind(1, row.Id).Bind(2, after).Bind(3, limit);
                while (statement.Step())
                {
                    entries.Add(new StreamEntry
                    {
                        Stream = stream,
                        Offset = statement.Long(0),
                        Check = (uint)statement.Long(1),
                        Type = statement.Text(2),
                        Id = statement.Text(3),
                        Time = new DateTimeOffset(statement.Long(4), TimeSpan.Zero),
                        Data = statement.Blob(5).ToArray(),
                    });
                }
            }

            return (IReadOnlyList<StreamEntry>)entries;
        }));

    public async ValueTask AcknowledgeAsync(IReadOnlyCollection<KeyValuePair<StreamName, long>> positions, CancellationToken cancellationToken) =>
        await database.WriteAsync(
            session =>
            {
                foreach (var (stream, offset) in positions)
                {
                    // A device cannot have what does not exist: a cursor from another life of the data is capped.
                    session.Prepare("UPDATE streams SET acknowledged = MIN(head, ?1) WHERE tenant = ?2 AND label = ?3 AND MIN(head, ?1) > acknowledged")
                        .Bind(1, offset).Bind(2, stream.Tenant).Bind(3, stream.Label).Run();
                }

                return true;
            },
            cancellationToken);

    public ValueTask<long> AcknowledgedAsync(StreamName stream, CancellationToken cancellationToken) => ValueTask.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare("SELECT acknowledged FROM streams WHERE tenant = ? AND label = ?").Bind(1, stream.Tenant).Bind(2, stream.Label);
        return statement.Step() ? statement.Long(0) : 0;
    }));

    internal static StreamRow? Find(SqliteSession session, StreamName stream)
    {
        using var statement = session.Prepare("SELECT id, head, fingerprint, first, unread, total FROM streams WHERE tenant = ? AND label = ?")
            .Bind(1, stream.Tenant).Bind(2, stream.Label);
        return statement.Step()
            ? new StreamRow(statement.Long(0), new StreamHead(statement.Long(1), (uint)statement.Long(2)), statement.Long(3), new InboxState(statement.Int(4), statement.Int(5)))
            : null;
    }

    /// <summary>Writes new entries, the heads behind them, and the counts of those inboxes that changed.</summary>
    internal static void Append(
        SqliteSession session, IEnumerable<KeyValuePair<StreamName, StreamHead>> heads, IReadOnlyDictionary<StreamName, InboxState> inboxes, IEnumerable<StreamEntry> entries)
    {
        var rows = new Dictionary<StreamName, long>();
        foreach (var (stream, head) in heads)
        {
            // Every entry of a customer's stream comes with counts; an order's stream has none.
            var inbox = inboxes.GetValueOrDefault(stream);
            using var statement = session.Prepare("""
                INSERT INTO streams (tenant, label, head, fingerprint, unread, total) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (tenant, label) DO UPDATE
                SET head = excluded.head, fingerprint = excluded.fingerprint, unread = excluded.unread, total = excluded.total
                RETURNING id
                """).Bind(1, stream.Tenant).Bind(2, stream.Label).Bind(3, head.Offset).Bind(4, head.Check).Bind(5, inbox.Unread).Bind(6, inbox.Total);
            statement.Step();
            rows.Add(stream, statement.Long(0));
        }

        foreach (var entry in entries)
        {
            session.Prepare("INSERT INTO entries (stream, offset, fingerprint, type, id, time, data) VALUES (?, ?, ?, ?, ?, ?, ?)")
                .Bind(1, rows[entry.Stream]).Bind(2, entry.Offset).Bind(3, entry.Check).Bind(4, entry.Type).Bind(5, entry.Id)
                .Bind(6, entry.Time.UtcTicks).Bind(7, entry.Data).Run();
        }
    }

    internal readonly record struct StreamRow(long Id, StreamHead Head, long First, InboxState Inbox);
}
