using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Deliveries;
using Npgsql;

namespace Milepost.Storage.Postgres.Deliveries;

/// <summary>Rows of deliveries and of their attempts, to and from the tables.</summary>
internal static class PostgresDeliveryRows
{
    public const string Select = "SELECT body, state, due, attempts, unknowns, token, owner, leased_until, notes, reason FROM deliveries";

    public static async Task<List<QueuedDelivery>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var rows = new List<QueuedDelivery>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new QueuedDelivery(
                JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), CoreJson.Default.Delivery)!,
                new DeliveryProgress
                {
                    State = (DeliveryState)reader.GetInt32(1),
                    Due = Time(reader, 2)!.Value,
                    Attempts = reader.GetInt32(3),
                    Unknowns = reader.GetInt32(4),
                    Token = reader.GetInt64(5),
                    Owner = reader.IsDBNull(6) ? null : reader.GetString(6),
                    LeasedUntil = Time(reader, 7),
                    Notes = reader.GetInt32(8),
                    Reason = reader.IsDBNull(9) ? null : reader.GetString(9),
                }));
        }

        return rows;
    }

    /// <summary>Adds the statements that write the steps; null ones are none.</summary>
    public static void Save(PostgresSession session, IEnumerable<DeliveryStep?> steps)
    {
        DeliveryStep[] all = [.. steps.OfType<DeliveryStep>()];
        if (all.Length == 0)
        {
            return;
        }

        session.Add(
            """
            UPDATE deliveries d
            SET state = k.state, due = k.due, attempts = k.attempts, unknowns = k.unknowns, token = k.token, owner = k.owner, leased_until = k.leased_until, notes = k.notes, reason = k.reason
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS k (tenant, id, state, due, attempts, unknowns, token, owner, leased_until, notes, reason)
            WHERE d.tenant = k.tenant AND d.id = k.id
            """,
            Column(all, step => step.After.Delivery.Tenant), Column(all, step => step.After.Delivery.Id), Column(all, step => (int)step.After.Progress.State),
            Column(all, step => step.After.Progress.Due.UtcTicks), Column(all, step => step.After.Progress.Attempts), Column(all, step => step.After.Progress.Unknowns),
            Column(all, step => step.After.Progress.Token), Column(all, step => step.After.Progress.Owner), Column(all, step => step.After.Progress.LeasedUntil?.UtcTicks),
            Column(all, step => step.After.Progress.Notes), Column(all, step => step.After.Progress.Reason));

        DeliveryStep[] regrouped = [.. all.Where(step => step.Regrouped)];
        if (regrouped.Length > 0)
        {
            session.Add(
                "UPDATE deliveries d SET topic = k.topic, body = k.body FROM unnest($1, $2, $3, $4) AS k (tenant, id, topic, body) WHERE d.tenant = k.tenant AND d.id = k.id",
                Column(regrouped, step => step.After.Delivery.Tenant), Column(regrouped, step => step.After.Delivery.Id), Column(regrouped, step => step.After.Delivery.Topic),
                Column(regrouped, step => JsonSerializer.SerializeToUtf8Bytes(step.After.Delivery, CoreJson.Default.Delivery)));
        }

        DeliveryStep[] attempts = [.. all.Where(step => step.Attempt is not null)];
        if (attempts.Length > 0)
        {
            session.Add(
                """
                INSERT INTO delivery_attempts (tenant, delivery, number, owner, started, finished, outcome, answer) SELECT k.* FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS k
                ON CONFLICT (tenant, delivery, number) DO UPDATE SET finished = excluded.finished, outcome = excluded.outcome, answer = excluded.answer
                """,
                Column(attempts, step => step.After.Delivery.Tenant), Column(attempts, step => step.After.Delivery.Id), Column(attempts, step => step.Attempt!.Number),
                Column(attempts, step => step.Attempt!.Owner), Column(attempts, step => step.Attempt!.StartedAt.UtcTicks), Column(attempts, step => step.Attempt!.FinishedAt?.UtcTicks),
                Column(attempts, step => (int?)step.Attempt!.Outcome), Column(attempts, step => step.Attempt!.Answer));
        }

        DeliveryStep[] notes = [.. all.Where(step => step.Note is not null)];
        if (notes.Length > 0)
        {
            session.Add(
                "INSERT INTO delivery_notes (tenant, delivery, number, at, code, text) SELECT k.* FROM unnest($1, $2, $3, $4, $5, $6) AS k",
                Column(notes, step => step.After.Delivery.Tenant), Column(notes, step => step.After.Delivery.Id), Column(notes, step => step.Note!.Number),
                Column(notes, step => step.Note!.At.UtcTicks), Column(notes, step => step.Note!.Code), Column(notes, step => step.Note!.Text));
        }
    }

    public static async Task<IReadOnlyList<DeliveryNote>> ReadNotesAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var notes = new List<DeliveryNote>();
        while (await reader.ReadAsync(cancellationToken))
        {
            notes.Add(Note(reader));
        }

        return notes;
    }

    public static async Task<IReadOnlyList<DeliveryAttempt>> ReadAttemptsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var attempts = new List<DeliveryAttempt>();
        while (await reader.ReadAsync(cancellationToken))
        {
            attempts.Add(Attempt(reader));
        }

        return attempts;
    }

    public static DeliveryNote Note(NpgsqlDataReader reader) => new(reader.GetInt32(0), Time(reader, 1)!.Value, reader.GetString(2), reader.GetString(3));

    public static DeliveryAttempt Attempt(NpgsqlDataReader reader) => new(
        reader.GetInt32(0), reader.GetString(1), Time(reader, 2)!.Value, Time(reader, 3),
        reader.IsDBNull(4) ? null : (AttemptOutcome)reader.GetInt32(4), reader.IsDBNull(5) ? null : reader.GetString(5));

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : new DateTimeOffset(reader.GetInt64(column), TimeSpan.Zero);

    private static TValue[] Column<TValue>(DeliveryStep[] steps, Func<DeliveryStep, TValue> value) => Array.ConvertAll(steps, step => value(step));
}
