using System.Text.Json;
using Milepost.Core;
using Milepost.Core.DeadLetters;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteDeadLetterStore(SqliteDatabase database) : IDeadLetterStore
{
    private const string Columns =
        "place, tenant, topic, partition_no, offset_no, time, key, headers, value, code, field, detail, received_at, state, tried_at";

    public Task<int> AddAsync(IReadOnlyList<DeadLetter> letters, DateTimeOffset? announceAt, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var added = 0;
            foreach (var letter in letters)
            {
                var message = letter.Message;
                using var statement = session.Prepare("""
                    INSERT INTO dead_letters (tenant, topic, partition_no, offset_no, time, key, headers, value, code, field, detail, received_at, announce_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (topic, partition_no, offset_no, time) DO NOTHING
                    RETURNING place
                    """)
                    .Bind(1, letter.Tenant).Bind(2, message.Topic).Bind(3, message.Partition).Bind(4, message.Offset).Bind(5, message.Time.UtcTicks)
                    .Bind(7, JsonSerializer.SerializeToUtf8Bytes(message.Headers, CoreJson.Default.IReadOnlyListTopicHeader))
                    .Bind(10, letter.Reason.Field).Bind(9, letter.Reason.Code).Bind(11, letter.Reason.Detail)
                    .Bind(12, letter.ReceivedAt).Bind(13, announceAt);
                BindBytes(statement, 6, message.Key);
                BindBytes(statement, 8, message.Value);
                added += statement.Step() ? 1 : 0;
            }

            return added;
        },
        cancellationToken);

    public Task<DeadLetter?> FindAsync(long place, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare($"SELECT {Columns} FROM dead_letters WHERE place = ?").Bind(1, place);
        return statement.Step() ? Read(statement) : null;
    }));

    public Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterQuery query, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        var filter = (query.Open ? " AND state <> 2" : "") + (query.Code is null ? "" : " AND code = ?3");
        using var statement = session.Prepare($"SELECT {Columns} FROM dead_letters WHERE place > ?1{filter} ORDER BY place LIMIT ?2")
            .Bind(1, query.After).Bind(2, query.Limit);
        if (query.Code is not null)
        {
            statement.Bind(3, query.Code);
        }

        return (IReadOnlyList<DeadLetter>)ReadAll(statement);
    }));

    public Task MarkAsync(long place, DeadLetterReason? reason, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            if (reason is null)
            {
                session.Prepare("UPDATE dead_letters SET state = 2, tried_at = ? WHERE place = ?").Bind(1, now).Bind(2, place).Run();
            }
            else
            {
                // Two may try the same letter at once: what one of them has recorded is not called refused by the other.
                session.Prepare("UPDATE dead_letters SET state = 1, tried_at = ?, code = ?, field = ?, detail = ? WHERE place = ? AND state <> 2")
                    .Bind(1, now).Bind(2, reason.Code).Bind(3, reason.Field).Bind(4, reason.Detail).Bind(5, place).Run();
            }

            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<DeadLetter>> ClaimUnannouncedAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            List<DeadLetter> letters;
            using (var due = session.Prepare($"SELECT {Columns} FROM dead_letters WHERE announce_at <= ? ORDER BY announce_at, place LIMIT ?").Bind(1, now).Bind(2, limit))
            {
                letters = ReadAll(due);
            }

            foreach (var letter in letters)
            {
                session.Prepare("UPDATE dead_letters SET announce_at = ? WHERE place = ?").Bind(1, until).Bind(2, letter.Place).Run();
            }

            return (IReadOnlyList<DeadLetter>)letters;
        },
        cancellationToken);

    public Task AnnouncedAsync(IReadOnlyCollection<long> places, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            foreach (var place in places)
            {
                session.Prepare("UPDATE dead_letters SET announce_at = NULL WHERE place = ?").Bind(1, place).Run();
            }

            return true;
        },
        cancellationToken);

    private static void BindBytes(in SqliteStatement statement, int index, byte[]? value)
    {
        // No value and a value without bytes are two things; an empty span is bound as the latter.
        if (value is null)
        {
            statement.Bind(index, (string?)null);
        }
        else
        {
            statement.Bind(index, value.AsSpan());
        }
    }

    private static List<DeadLetter> ReadAll(in SqliteStatement statement)
    {
        var letters = new List<DeadLetter>();
        while (statement.Step())
        {
            letters.Add(Read(statement));
        }

        return letters;
    }

    private static DeadLetter Read(in SqliteStatement statement) => new()
    {
        Place = statement.Long(0),
        Tenant = statement.Text(1),
        Message = new TopicMessage
        {
            Topic = statement.Text(2),
            Partition = statement.Int(3),
            Offset = statement.Long(4),
            Time = statement.Time(5)!.Value,
            Key = statement.IsNull(6) ? null : statement.Blob(6).ToArray(),
            Headers = JsonSerializer.Deserialize(statement.Blob(7), CoreJson.Default.IReadOnlyListTopicHeader)!,
            Value = statement.IsNull(8) ? null : statement.Blob(8).ToArray(),
        },
        Reason = new DeadLetterReason(statement.Text(9), statement.IsNull(10) ? null : statement.Text(10), statement.Text(11)),
        ReceivedAt = statement.Time(12)!.Value,
        State = (DeadLetterState)statement.Int(13),
        TriedAt = statement.Time(14),
    };
}
