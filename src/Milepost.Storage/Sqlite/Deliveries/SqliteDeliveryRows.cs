using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Deliveries;

namespace Milepost.Storage.Sqlite.Deliveries;

/// <summary>Rows of deliveries and of their attempts, to and from the tables.</summary>
internal static class SqliteDeliveryRows
{
    public const string Select = "SELECT body, state, due, attempts, unknowns, token, owner, leased_until, notes, reason FROM deliveries";

    public static List<QueuedDelivery> Read(SqliteStatement statement)
    {
        using (statement)
        {
            var rows = new List<QueuedDelivery>();
            while (statement.Step())
            {
                rows.Add(new QueuedDelivery(
                    JsonSerializer.Deserialize(statement.Blob(0), CoreJson.Default.Delivery)!,
                    new DeliveryProgress
                    {
                        State = (DeliveryState)statement.Int(1),
                        Due = statement.Time(2)!.Value,
                        Attempts = statement.Int(3),
                        Unknowns = statement.Int(4),
                        Token = statement.Long(5),
                        Owner = statement.IsNull(6) ? null : statement.Text(6),
                        LeasedUntil = statement.Time(7),
                        Notes = statement.Int(8),
                        Reason = statement.IsNull(9) ? null : statement.Text(9),
                    }));
            }

            return rows;
        }
    }

    public static QueuedDelivery? Find(SqliteSession session, string tenant, string id) =>
        Read(session.Prepare($"{Select} WHERE tenant = ? AND id = ?").Bind(1, tenant).Bind(2, id)).SingleOrDefault();

    public static void Save(SqliteSession session, DeliveryStep step)
    {
        var (delivery, progress) = step.After;
        session.Prepare("UPDATE deliveries SET state = ?, due = ?, attempts = ?, unknowns = ?, token = ?, owner = ?, leased_until = ?, notes = ?, reason = ? WHERE tenant = ? AND id = ?")
            .Bind(1, (int)progress.State).Bind(2, progress.Due).Bind(3, progress.Attempts).Bind(4, progress.Unknowns).Bind(5, progress.Token)
            .Bind(6, progress.Owner).Bind(7, progress.LeasedUntil).Bind(8, progress.Notes).Bind(9, progress.Reason).Bind(10, delivery.Tenant).Bind(11, delivery.Id).Run();
        if (step.Regrouped)
        {
            session.Prepare("UPDATE deliveries SET topic = ?, body = ? WHERE tenant = ? AND id = ?")
                .Bind(1, delivery.Topic).Bind(2, JsonSerializer.SerializeToUtf8Bytes(delivery, CoreJson.Default.Delivery)).Bind(3, delivery.Tenant).Bind(4, delivery.Id).Run();
        }

        if (step.Attempt is { } attempt)
        {
            var row = session.Prepare("""
                INSERT INTO delivery_attempts (tenant, delivery, number, owner, started, finished, outcome, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (tenant, delivery, number) DO UPDATE SET finished = excluded.finished, outcome = excluded.outcome, answer = excluded.answer
                """).Bind(1, delivery.Tenant).Bind(2, delivery.Id).Bind(3, attempt.Number).Bind(4, attempt.Owner).Bind(5, attempt.StartedAt).Bind(6, attempt.FinishedAt).Bind(8, attempt.Answer);
            if (attempt.Outcome is { } outcome)
            {
                row.Bind(7, (int)outcome);
            }

            row.Run();
        }

        if (step.Note is { } note)
        {
            session.Prepare("INSERT INTO delivery_notes (tenant, delivery, number, at, code, text) VALUES (?, ?, ?, ?, ?, ?)")
                .Bind(1, delivery.Tenant).Bind(2, delivery.Id).Bind(3, note.Number).Bind(4, note.At).Bind(5, note.Code).Bind(6, note.Text).Run();
        }
    }

    public static List<DeliveryNote> Notes(SqliteSession session, string tenant, string id)
    {
        using var statement = session.Prepare("SELECT number, at, code, text FROM delivery_notes WHERE tenant = ? AND delivery = ? ORDER BY number").Bind(1, tenant).Bind(2, id);
        var notes = new List<DeliveryNote>();
        while (statement.Step())
        {
            notes.Add(new DeliveryNote(statement.Int(0), statement.Time(1)!.Value, statement.Text(2), statement.Text(3)));
        }

        return notes;
    }

    public static List<DeliveryAttempt> Attempts(SqliteSession session, string tenant, string id)
    {
        using var statement = session.Prepare("SELECT number, owner, started, finished, outcome, answer FROM delivery_attempts WHERE tenant = ? AND delivery = ? ORDER BY number")
            .Bind(1, tenant).Bind(2, id);
        var attempts = new List<DeliveryAttempt>();
        while (statement.Step())
        {
            attempts.Add(new DeliveryAttempt(
                statement.Int(0), statement.Text(1), statement.Time(2)!.Value, statement.Time(3),
                statement.IsNull(4) ? null : (AttemptOutcome)statement.Int(4), statement.IsNull(5) ? null : statement.Text(5)));
        }

        return attempts;
    }
}
