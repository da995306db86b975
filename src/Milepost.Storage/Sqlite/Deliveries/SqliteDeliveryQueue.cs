using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Deliveries;
using Milepost.Core.Erasure;
using Milepost.Core.Recording;

namespace Milepost.Storage.Sqlite.Deliveries;

/// <summary>
/// The queue in the embedded database. One writer at a time makes a lease exclusive; the looks before a write keep a worker with nothing to do
/// out of the writer's way.
/// </summary>
public sealed class SqliteDeliveryQueue(SqliteDatabase database) : IDeliveryQueue
{
    private const int SweepLimit = 500;
    private readonly TenantTurns _turns = new();

    public async Task<IReadOnlyList<Lease>> LeaseAsync(string owner, DeliveryLane lane, int max, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
        max <= 0 || database.Read(session => DueTenants(session, lane, now)).Count == 0 ? [] : await database.WriteAsync<IReadOnlyList<Lease>>(
            session =>
            {
                var due = DueTenants(session, lane, now);
                var share = TenantTurns.Share(due.Count, max);
                var leases = new List<Lease>();
                foreach (var tenant in _turns.Order(due, max))
                {
                    foreach (var row in DueRows(session, lane, tenant, Math.Min(share, max - leases.Count), now))
                    {
                        var step = DeliverySteps.Lease(row, owner, now + leaseFor, now)!;
                        SqliteDeliveryRows.Save(session, step);
                        leases.Add(new Lease(step.After));
                        _turns.Served(tenant);
                    }
                }

                return leases;
            },
            cancellationToken);

    public Task<IReadOnlyList<LeaseResult>> BeginAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(leases, lease => lease, (lease, row) => DeliverySteps.Begin(row, lease.Token, now + leaseFor, now), cancellationToken);

    public Task<IReadOnlyList<LeaseResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(settlements, settlement => settlement.Lease, (settlement, row) => DeliverySteps.Settle(row, settlement.Lease.Token, settlement.Clearance, now), cancellationToken);

    public Task<IReadOnlyList<LeaseResult>> CompleteAsync(IReadOnlyList<Completion> completions, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(completions, completion => completion.Lease, (completion, row) => DeliverySteps.Complete(row, completion.Lease.Token, completion.Outcome, now), cancellationToken);

    public Task<IReadOnlyList<LeaseResult>> RenewAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(leases, lease => lease, (lease, row) => DeliverySteps.Renew(row, lease.Token, now + leaseFor), cancellationToken);

    public Task<int> ReleaseAsync(string owner, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var rows = SqliteDeliveryRows.Read(session.Prepare($"{SqliteDeliveryRows.Select} WHERE owner = ? AND state IN (1, 2)").Bind(1, owner));
            rows.ForEach(row => SqliteDeliveryRows.Save(session, DeliverySteps.GiveBack(row, "The worker stopped.", now)!));
            return rows.Count;
        },
        cancellationToken);

    public async Task<SweepResult> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (database.Read(session => RanOut(session, now, 1).Count + Overdue(session, now, 1).Count) == 0)
        {
            return default;
        }

        return await database.WriteAsync(
            session =>
            {
                var ranOut = RanOut(session, now, SweepLimit);
                ranOut.ForEach(row => SqliteDeliveryRows.Save(session, DeliverySteps.GiveBack(row, "The worker's lease ran out.", now)!));
                // Read behind the writing: a lease that ran out together with its delivery's time is done in one sweep.
                var overdue = Overdue(session, now, SweepLimit);
                overdue.ForEach(row => SqliteDeliveryRows.Save(session, DeliverySteps.Expire(row, now)!));
                var returned = ranOut.Count(row => row.Progress.State == DeliveryState.Leased);
                return new SweepResult(returned, ranOut.Count - returned, overdue.Count, ranOut.Count == SweepLimit || overdue.Count == SweepLimit);
            },
            cancellationToken);
    }

    public Task<QueueDepth> DepthAsync(DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var count = session.Prepare("SELECT COUNT(*), MIN(due) FROM deliveries WHERE state = 0");
        count.Step();
        var first = count.Time(1) ?? now;
        return new QueueDepth(count.Long(0), first < now ? now - first : TimeSpan.Zero);
    }));

    public Task<bool> CancelAsync(string tenant, string id, string code, string text, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(tenant, id, row => DeliverySteps.Cancel(row, code, text, now), cancellationToken);

    public Task<int> CancelTopicAsync(string tenant, string topic, string code, string text, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var waiting = SqliteDeliveryRows.Read(session.Prepare($"{SqliteDeliveryRows.Select} WHERE tenant = ? AND topic = ? AND state = 0").Bind(1, tenant).Bind(2, topic));
            waiting.ForEach(row => SqliteDeliveryRows.Save(session, DeliverySteps.Cancel(row, code, text, now)!));
            return waiting.Count;
        },
        cancellationToken);

    public Task<bool> ReportAsync(string tenant, string id, DeliveryReport report, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(tenant, id, row => DeliverySteps.Report(row, report, now), cancellationToken);

    public Task<int> WakeAsync(string code, DateTimeOffset now, CancellationToken cancellationToken) => database.WriteAsync(
        session => (int)session.Count(session.Prepare("UPDATE deliveries SET due = ?1 WHERE state = 0 AND reason = ?2 AND due > ?1").Bind(1, now).Bind(2, code)),
        cancellationToken);

    public Task<bool> AddAsync(Delivery delivery, CancellationToken cancellationToken) => database.WriteAsync(
        session => Insert(session, SqliteCustomerStore.Find(session, delivery.Tenant, delivery.CustomerId)?.ErasedAt is null ? delivery : PersonalData.Without(delivery)), cancellationToken);

    public Task<IReadOnlyList<QueuedDelivery>> ListDeadAsync(string tenant, (DateTimeOffset Due, string Id)? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read<IReadOnlyList<QueuedDelivery>>(session => SqliteDeliveryRows.Read(session
            .Prepare($"{SqliteDeliveryRows.Select} WHERE tenant = ?1 AND state IN (4, 5) AND (due, id) > (?2, ?3) ORDER BY due, id LIMIT ?4")
            .Bind(1, tenant).Bind(2, after?.Due.UtcTicks ?? 0).Bind(3, after?.Id ?? "").Bind(4, limit))));

    public Task<DeliveryDetails?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
        SqliteDeliveryRows.Find(session, tenant, id) is { } row ? new DeliveryDetails(row, SqliteDeliveryRows.Attempts(session, tenant, id), SqliteDeliveryRows.Notes(session, tenant, id)) : null));

    internal static void Insert(SqliteSession session, RecordingPlan plan)
    {
        foreach (var delivery in plan.Deliveries)
        {
            Insert(session, delivery);
        }
    }

    private static bool Insert(SqliteSession session, Delivery delivery) => session.Count(session
        .Prepare("INSERT INTO deliveries (tenant, id, lane, state, due, expires, topic, place, body, customer) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, id) DO NOTHING")
        .Bind(1, delivery.Tenant).Bind(2, delivery.Id).Bind(3, (int)delivery.Lane).Bind(4, delivery.Due).Bind(5, delivery.ExpiresAt)
        .Bind(6, delivery.Topic).Bind(7, delivery.Place).Bind(8, JsonSerializer.SerializeToUtf8Bytes(delivery, CoreJson.Default.Delivery)).Bind(9, delivery.CustomerId)) > 0;

    private Task<bool> StepAsync(string tenant, string id, Func<QueuedDelivery, DeliveryStep?> decide, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            if (SqliteDeliveryRows.Find(session, tenant, id) is not { } row || decide(row) is not { } step)
            {
                return false;
            }

            SqliteDeliveryRows.Save(session, step);
            return true;
        },
        cancellationToken);

    private Task<IReadOnlyList<LeaseResult>> StepAsync<T>(IReadOnlyList<T> items, Func<T, Lease> lease, Func<T, QueuedDelivery, DeliveryStep?> decide, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<LeaseResult>>(
            session =>
            {
                var results = new LeaseResult[items.Count];
                for (var index = 0; index < items.Count; index++)
                {
                    var delivery = lease(items[index]).Delivery;
                    var step = SqliteDeliveryRows.Find(session, delivery.Tenant, delivery.Id) is { } row ? decide(items[index], row) : null;
                    results[index] = step is null ? LeaseResult.Fenced : LeaseResult.Applied;
                    if (step is not null)
                    {
                        SqliteDeliveryRows.Save(session, step);
                    }
                }

                return results;
            },
            cancellationToken);

    /// <summary>The tenants with something due, found by jumping from one to the next in the index, however many rows each has.</summary>
    private static List<string> DueTenants(SqliteSession session, DeliveryLane lane, DateTimeOffset now)
    {
        using var statement = session.Prepare("""
            WITH RECURSIVE waiting (tenant) AS (
                SELECT MIN(tenant) FROM deliveries WHERE state = 0 AND lane = ?2
                UNION ALL
                SELECT (SELECT MIN(tenant) FROM deliveries WHERE state = 0 AND lane = ?2 AND tenant > waiting.tenant) FROM waiting WHERE waiting.tenant IS NOT NULL)
            SELECT tenant FROM waiting
            WHERE tenant IS NOT NULL AND EXISTS (SELECT 1 FROM deliveries d WHERE d.tenant = waiting.tenant AND d.state = 0 AND d.lane = ?2 AND d.due <= ?1 AND d.expires > ?1)
            """).Bind(1, now).Bind(2, (int)lane);
        var tenants = new List<string>();
        while (statement.Step())
        {
            tenants.Add(statement.Text(0));
        }

        return tenants;
    }

    private static List<QueuedDelivery> DueRows(SqliteSession session, DeliveryLane lane, string tenant, int limit, DateTimeOffset now) => SqliteDeliveryRows.Read(session
        .Prepare($"{SqliteDeliveryRows.Select} WHERE lane = ?4 AND tenant = ?1 AND state = 0 AND due <= ?2 AND expires > ?2 ORDER BY due, id LIMIT ?3")
        .Bind(1, tenant).Bind(2, now).Bind(3, limit).Bind(4, (int)lane));

    private static List<QueuedDelivery> RanOut(SqliteSession session, DateTimeOffset now, int limit) => SqliteDeliveryRows.Read(session
        .Prepare($"{SqliteDeliveryRows.Select} WHERE state IN (1, 2) AND leased_until <= ?1 ORDER BY leased_until, tenant, id LIMIT ?2")
        .Bind(1, now).Bind(2, limit));

    private static List<QueuedDelivery> Overdue(SqliteSession session, DateTimeOffset now, int limit) => SqliteDeliveryRows.Read(session
        .Prepare($"{SqliteDeliveryRows.Select} WHERE state IN (0, 1) AND expires <= ?1 ORDER BY expires, tenant, id LIMIT ?2")
        .Bind(1, now).Bind(2, limit));
}
