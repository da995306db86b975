using System.Text.Json;
using Milepost.Core;
using Milepost.Core.DeadLetters;
using Npgsql;
using NpgsqlTypes;

namespace Milepost.Storage.Postgres;

// A topic may hold messages of many tenants, and a message that cannot be read is nobody's: the passes here go over the whole installation.
public sealed class PostgresDeadLetterStore(PostgresDatabase database) : IDeadLetterStore
{
    private const string Columns =
        "place, tenant, topic, partition_no, offset_no, time, key, headers, value, code, field, detail, received_at, state, tried_at";

    public Task<int> AddAsync(IReadOnlyList<DeadLetter> letters, DateTimeOffset? announceAt, CancellationToken cancellationToken) => letters.Count == 0
        ? Task.FromResult(0)
        : database.WriteAsync(
            TenantScope.All,
            async session =>
            {
                // In one order everywhere: two nodes that put the same messages aside wait for each other, and never in a circle.
                foreach (var letter in letters.OrderBy(letter => letter.Message.Topic, StringComparer.Ordinal).ThenBy(letter => letter.Message.Partition).ThenBy(letter => letter.Message.Offset))
                {
                    var message = letter.Message;
                    session.Add(
                        """
                        INSERT INTO dead_letters (tenant, topic, partition_no, offset_no, time, key, headers, value, code, field, detail, received_at, announce_at)
                        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
                        ON CONFLICT (topic, partition_no, offset_no, time) DO NOTHING
                        RETURNING place
                        """,
                        letter.Tenant, message.Topic, message.Partition, message.Offset, message.Time.UtcTicks, Bytes(message.Key),
                        JsonSerializer.SerializeToUtf8Bytes(message.Headers, CoreJson.Default.IReadOnlyListTopicHeader), Bytes(message.Value),
                        letter.Reason.Code, Text(letter.Reason.Field), letter.Reason.Detail, letter.ReceivedAt.UtcTicks, Ticks(announceAt));
                }

                await using var reader = await session.SendLastAsync();
                var added = 0;
                do
                {
                    while (await reader.ReadAsync(cancellationToken))
                    {
                        added++;
                    }
                }
                while (await reader.NextResultAsync(cancellationToken));
                return added;
            },
            cancellationToken);

    public Task<DeadLetter?> FindAsync(long place, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.All,
        session => session.Add($"SELECT {Columns} FROM dead_letters WHERE place = $1", place),
        async reader => (await ReadAllAsync(reader, cancellationToken)).FirstOrDefault(),
        cancellationToken);

    public Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterQuery query, CancellationToken cancellationToken)
    {
        var filter = (query.Open ? " AND state <> 2" : "") + (query.Code is null ? "" : " AND code = $3");
        var sql = $"SELECT {Columns} FROM dead_letters WHERE place > $1{filter} ORDER BY place LIMIT $2";
        object[] values = query.Code is null ? [query.After, (long)query.Limit] : [query.After, (long)query.Limit, query.Code];
        return database.ReadAsync<IReadOnlyList<DeadLetter>>(
            TenantScope.All, session => session.Add(sql, values), async reader => await ReadAllAsync(reader, cancellationToken), cancellationToken);
    }

    public Task MarkAsync(long place, DeadLetterReason? reason, DateTimeOffset now, CancellationToken cancellationToken) => RunAsync(
        session =>
        {
            if (reason is null)
            {
                session.Add("UPDATE dead_letters SET state = 2, tried_at = $1 WHERE place = $2", now.UtcTicks, place);
            }
            else
            {
                // Two may try the same letter at once: what one of them has recorded is not called refused by the other.
                session.Add(
                    "UPDATE dead_letters SET state = 1, tried_at = $1, code = $2, field = $3, detail = $4 WHERE place = $5 AND state <> 2",
                    now.UtcTicks, reason.Code, Text(reason.Field), reason.Detail, place);
            }
        },
        cancellationToken);

    public Task<IReadOnlyList<DeadLetter>> ClaimUnannouncedAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<DeadLetter>>(
            TenantScope.All,
            async session =>
            {
                session.Add(
                    $"""
                    UPDATE dead_letters SET announce_at = $2 WHERE place IN (
                        SELECT place FROM dead_letters WHERE announce_at <= $1 ORDER BY announce_at, place LIMIT $3 FOR UPDATE SKIP LOCKED)
                    RETURNING {Columns}
                    """,
                    now.UtcTicks, until.UtcTicks, (long)limit);
                await using var reader = await session.SendLastAsync();
                return [.. (await ReadAllAsync(reader, cancellationToken)).OrderBy(letter => letter.Place)];
            },
            cancellationToken);

    public Task AnnouncedAsync(IReadOnlyCollection<long> places, CancellationToken cancellationToken) => RunAsync(
        session => session.Add("UPDATE dead_letters SET announce_at = NULL WHERE place = ANY ($1)", (object)places.Order().ToArray()), cancellationToken);

    private Task RunAsync(Action<PostgresSession> add, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.All,
        async session =>
        {
            add(session);
            await session.CommitAsync();
            return true;
        },
        cancellationToken);

    private static NpgsqlParameter Bytes(byte[]? value) => new() { NpgsqlDbType = NpgsqlDbType.Bytea, Value = (object?)value ?? DBNull.Value };

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };

    private static NpgsqlParameter Ticks(DateTimeOffset? value) => new() { NpgsqlDbType = NpgsqlDbType.Bigint, Value = (object?)value?.UtcTicks ?? DBNull.Value };

    /// <summary>Reads the first result, and the others to their end: that is where a commit's failure shows.</summary>
    private static async Task<List<DeadLetter>> ReadAllAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var letters = new List<DeadLetter>();
        while (await reader.ReadAsync(cancellationToken))
        {
            letters.Add(Read(reader));
        }

        while (await reader.NextResultAsync(cancellationToken))
        {
            // Only the commit is left.
        }

        return letters;
    }

    private static DeadLetter Read(NpgsqlDataReader reader) => new()
    {
        Place = reader.GetInt64(0),
        Tenant = reader.GetString(1),
        Message = new TopicMessage
        {
            Topic = reader.GetString(2),
            Partition = reader.GetInt32(3),
            Offset = reader.GetInt64(4),
            Time = new DateTimeOffset(reader.GetInt64(5), TimeSpan.Zero),
            Key = reader.IsDBNull(6) ? null : reader.GetFieldValue<byte[]>(6),
            Headers = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(7), CoreJson.Default.IReadOnlyListTopicHeader)!,
            Value = reader.IsDBNull(8) ? null : reader.GetFieldValue<byte[]>(8),
        },
        Reason = new DeadLetterReason(reader.GetString(9), reader.IsDBNull(10) ? null : reader.GetString(10), reader.GetString(11)),
        ReceivedAt = new DateTimeOffset(reader.GetInt64(12), TimeSpan.Zero),
        State = (DeadLetterState)reader.GetInt32(13),
        TriedAt = reader.IsDBNull(14) ? null : new DateTimeOffset(reader.GetInt64(14), TimeSpan.Zero),
    };
}
