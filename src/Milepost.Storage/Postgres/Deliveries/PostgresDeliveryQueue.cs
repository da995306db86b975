using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Deliveries;
using Milepost.Core.Erasure;
using Npgsql;
using NpgsqlTypes;

namespace Milepost.Storage.Postgres.Deliveries;

/// <summary>
/// The queue that several nodes share. Rows are held while a step is decided and written; who looks for work passes over held rows. All nodes
/// go by the server's clock. Leases span tenants, so these statements see the rows of all; requests do not come this way.
/// </summary>
public sealed class PostgresDeliveryQueue : IDeliveryQueue
{
    private const int SweepLimit = 500;
    private readonly PostgresDatabase _database;
    private readonly bool _callersClock;
    private readonly TenantTurns _turns = new();

    public PostgresDeliveryQueue(PostgresDatabase database)
        : this(database, callersClock: false)
    {
    }

    /// <param name="database">Where.</param>
    /// <param name="callersClock">Go by the caller's time instead of the server's, for tests that set the time.</param>
    internal PostgresDeliveryQueue(PostgresDatabase database, bool callersClock)
    {
        _database = database;
        _callersClock = callersClock;
    }

    public async Task<IReadOnlyList<Lease>> LeaseAsync(string owner, DeliveryLane lane, int max, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var due = max <= 0 ? [] : await DueTenantsAsync(lane, now, cancellationToken);
        if (due.Count == 0)
        {
            return [];
        }

        var share = TenantTurns.Share(due.Count, max);
        var turns = _turns.Order(due, max);
        return await _database.WriteAsync<IReadOnlyList<Lease>>(
            TenantScope.All,
            async session =>
            {
                AskTime(session, now);
                var left = max;
                foreach (var tenant in turns)
                {
                    // One statement for each tenant, all in one round trip.
                    session.Add(
                        $"""
                        {PostgresDeliveryRows.Select} WHERE lane = $4 AND tenant = $1 AND state = 0 AND due <= COALESCE($2, milepost_now()) AND expires > COALESCE($2, milepost_now())
                        ORDER BY due, id LIMIT $3 FOR UPDATE SKIP LOCKED
                        """,
                        tenant, Time(now), (long)Math.Min(share, left), (int)lane);
                    left -= Math.Min(share, left);
                }

                await using var reader = await session.SendAsync();
                var time = await ReadTimeAsync(reader, cancellationToken);
                var steps = new List<DeliveryStep>();
                foreach (var tenant in turns)
                {
                    await reader.NextResultAsync(cancellationToken);
                    steps.AddRange((await PostgresDeliveryRows.ReadAsync(reader, cancellationToken)).Select(row => DeliverySteps.Lease(row, owner, time + leaseFor, time)).OfType<DeliveryStep>());
                }

                await reader.DisposeAsync();
                PostgresDeliveryRows.Save(session, steps);
                await session.CommitAsync();
                // Where all rows of these tenants were in other hands, the next look begins behind them.
                _turns.Served(steps.Count > 0 ? steps[^1].After.Delivery.Tenant : turns[^1]);
                return [.. steps.Select(step => new Lease(step.After))];
            },
            cancellationToken);
    }

    public Task<IReadOnlyList<LeaseResult>> BeginAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(leases, lease => lease, (lease, row, time) => DeliverySteps.Begin(row, lease.Token, time + leaseFor, time), now, cancellationToken);

    public Task<IReadOnlyList<LeaseResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken) => StepAsync(
        settlements, settlement => settlement.Lease, (settlement, row, time) => DeliverySteps.Settle(row, settlement.Lease.Token, settlement.Clearance, time), now, cancellationToken);

    public Task<IReadOnlyList<LeaseResult>> CompleteAsync(IReadOnlyList<Completion> completions, DateTimeOffset now, CancellationToken cancellationToken) => StepAsync(
        completions, completion => completion.Lease, (completion, row, time) => DeliverySteps.Complete(row, completion.Lease.Token, completion.Outcome, time), now, cancellationToken);

    public Task<IReadOnlyList<LeaseResult>> RenewAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(leases, lease => lease, (lease, row, time) => DeliverySteps.Renew(row, lease.Token, time + leaseFor), now, cancellationToken);

    public Task<int> ReleaseAsync(string owner, DateTimeOffset now, CancellationToken cancellationToken) => _database.WriteAsync(
        TenantScope.All,
        async session =>
        {
            AskTime(session, now);
            session.Add($"{PostgresDeliveryRows.Select} WHERE owner = $1 AND state IN (1, 2) ORDER BY tenant, id FOR UPDATE", owner);
            var (time, rows) = await ReadRowsAsync(session, cancellationToken);
            PostgresDeliveryRows.Save(session, rows.Select(row => DeliverySteps.GiveBack(row, "The worker stopped.", time)));
            await session.CommitAsync();
            return rows.Count;
        },
        cancellationToken);

    public async Task<SweepResult> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!await AnythingToSweepAsync(now, cancellationToken))
        {
            return default;
        }

        return await _database.WriteAsync(
            TenantScope.All,
            async session =>
            {
                AskTime(session, now);
                session.Add(
                    $"{PostgresDeliveryRows.Select} WHERE state IN (1, 2) AND leased_until <= COALESCE($1, milepost_now()) ORDER BY leased_until, tenant, id LIMIT $2 FOR UPDATE SKIP LOCKED",
                    Time(now), (long)SweepLimit);
                var (time, ranOut) = await ReadRowsAsync(session, cancellationToken);
                PostgresDeliveryRows.Save(session, ranOut.Select(row => DeliverySteps.GiveBack(row, "The worker's lease ran out.", time)));

                // Read behind the writing: a lease that ran out together with its delivery's time is done in one sweep.
                session.Add(
                    $"{PostgresDeliveryRows.Select} WHERE state IN (0, 1) AND expires <= $1 ORDER BY expires, tenant, id LIMIT $2 FOR UPDATE SKIP LOCKED",
                    time.UtcTicks, (long)SweepLimit);
                List<QueuedDelivery> overdue;
                await using (var reader = await session.SendAsync())
                {
                    overdue = await PostgresDeliveryRows.ReadAsync(reader, cancellationToken);
                }

                PostgresDeliveryRows.Save(session, overdue.Select(row => DeliverySteps.Expire(row, time)));
                await session.CommitAsync();
                var returned = ranOut.Count(row => row.Progress.State == DeliveryState.Leased);
                return new SweepResult(returned, ranOut.Count - returned, overdue.Count, ranOut.Count == SweepLimit || overdue.Count == SweepLimit);
            },
            cancellationToken);
    }

    public Task<QueueDepth> DepthAsync(DateTimeOffset now, CancellationToken cancellationToken) => _database.ReadAsync(
        TenantScope.All,
        session => session.Add("SELECT count(*), greatest(COALESCE($1, milepost_now()) - min(due), 0) FROM deliveries WHERE state = 0", Time(now)),
        async reader =>
        {
            await reader.ReadAsync(cancellationToken);
            return new QueueDepth(reader.GetInt64(0), TimeSpan.FromTicks(reader.GetInt64(1)));
        },
        cancellationToken);

    public Task<bool> CancelAsync(string tenant, string id, string code, string text, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(tenant, id, (row, time) => DeliverySteps.Cancel(row, code, text, time), now, cancellationToken);

    public Task<int> CancelTopicAsync(string tenant, string topic, string code, string text, DateTimeOffset now, CancellationToken cancellationToken) => _database.WriteAsync(
        TenantScope.Of(tenant),
        async session =>
        {
            AskTime(session, now);
            session.Add($"{PostgresDeliveryRows.Select} WHERE tenant = $1 AND topic = $2 AND state = 0 ORDER BY id FOR UPDATE", tenant, topic);
            var (time, rows) = await ReadRowsAsync(session, cancellationToken);
            PostgresDeliveryRows.Save(session, rows.Select(row => DeliverySteps.Cancel(row, code, text, time)));
            await session.CommitAsync();
            return rows.Count;
        },
        cancellationToken);

    public Task<bool> ReportAsync(string tenant, string id, DeliveryReport report, DateTimeOffset now, CancellationToken cancellationToken) =>
        StepAsync(tenant, id, (row, time) => DeliverySteps.Report(row, report, time), now, cancellationToken);

    public Task<int> WakeAsync(string code, DateTimeOffset now, CancellationToken cancellationToken) => _database.WriteAsync(
        TenantScope.All,
        async session =>
        {
            session.Add(
                "UPDATE deliveries SET due = COALESCE($1, milepost_now()) WHERE state = 0 AND reason = $2 AND due > COALESCE($1, milepost_now()) RETURNING 1", Time(now), code);
            var woken = 0;
            await using (var reader = await session.SendAsync())
            {
                while (await reader.ReadAsync(cancellationToken))
                {
                    woken++;
                }
            }

            await session.CommitAsync();
            return woken;
        },
        cancellationToken);

    public Task<bool> AddAsync(Delivery delivery, CancellationToken cancellationToken) => _database.WriteAsync(
        TenantScope.Of(delivery.Tenant),
        async session =>
        {
            // Held, so that nothing personal comes in behind an erasure.
            session.Add("SELECT body FROM customers WHERE tenant = $1 AND id = $2 FOR SHARE", delivery.Tenant, delivery.CustomerId);
            var isErased = false;
            await using (var reader = await session.SendAsync())
            {
                isErased = await reader.ReadAsync(cancellationToken) && PostgresCustomerStore.Read(reader).ErasedAt is not null;
            }

            Add(session, [isErased ? PersonalData.Without(delivery) : delivery], " RETURNING 1");
            bool added;
            await using (var reader = await session.SendAsync())
            {
                added = await reader.ReadAsync(cancellationToken);
            }

            await session.CommitAsync();
            return added;
        },
        cancellationToken);

    public Task<IReadOnlyList<QueuedDelivery>> ListDeadAsync(string tenant, (DateTimeOffset Due, string Id)? after, int limit, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<QueuedDelivery>>(
            TenantScope.Of(tenant),
            session => session.Add(
                $"{PostgresDeliveryRows.Select} WHERE tenant = $1 AND state IN (4, 5) AND (due, id) > ($2, $3) ORDER BY due, id LIMIT $4",
                tenant, after?.Due.UtcTicks ?? 0, after?.Id ?? "", (long)limit),
            async reader => await PostgresDeliveryRows.ReadAsync(reader, cancellationToken),
            cancellationToken);

    public Task<DeliveryDetails?> FindAsync(string tenant, string id, CancellationToken cancellationToken) => _database.ReadAsync(
        TenantScope.Of(tenant),
        session =>
        {
            session.Add($"{PostgresDeliveryRows.Select} WHERE tenant = $1 AND id = $2", tenant, id);
            session.Add("SELECT number, owner, started, finished, outcome, answer FROM delivery_attempts WHERE tenant = $1 AND delivery = $2 ORDER BY number", tenant, id);
            session.Add("SELECT number, at, code, text FROM delivery_notes WHERE tenant = $1 AND delivery = $2 ORDER BY number", tenant, id);
        },
        async reader =>
        {
            var rows = await PostgresDeliveryRows.ReadAsync(reader, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            var attempts = await PostgresDeliveryRows.ReadAttemptsAsync(reader, cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            var notes = await PostgresDeliveryRows.ReadNotesAsync(reader, cancellationToken);
            return rows.Count == 0 ? null : new DeliveryDetails(rows[0], attempts, notes);
        },
        cancellationToken);

    internal static void Add(PostgresSession session, List<Delivery> deliveries, string returning = "")
    {
        if (deliveries.Count > 0)
        {
            session.Add(
                $"""
                INSERT INTO deliveries (tenant, id, state, due, expires, body, lane, topic, place, customer) SELECT k.tenant, k.id, 0, k.due, k.expires, k.body, k.lane, k.topic, k.place, k.customer
                FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS k (tenant, id, due, expires, body, lane, topic, place, customer)
                ON CONFLICT (tenant, id) DO NOTHING{returning}
                """,
                deliveries.ConvertAll(delivery => delivery.Tenant).ToArray(), deliveries.ConvertAll(delivery => delivery.Id).ToArray(),
                deliveries.ConvertAll(delivery => delivery.Due.UtcTicks).ToArray(), deliveries.ConvertAll(delivery => delivery.ExpiresAt.UtcTicks).ToArray(),
                deliveries.ConvertAll(delivery => JsonSerializer.SerializeToUtf8Bytes(delivery, CoreJson.Default.Delivery)).ToArray(),
                deliveries.ConvertAll(delivery => (int)delivery.Lane).ToArray(), deliveries.ConvertAll(delivery => delivery.Topic).ToArray(),
                deliveries.ConvertAll(delivery => delivery.Place).ToArray(), deliveries.ConvertAll(delivery => delivery.CustomerId).ToArray());
        }
    }

    private Task<bool> StepAsync(string tenant, string id, Func<QueuedDelivery, DateTimeOffset, DeliveryStep?> decide, DateTimeOffset now, CancellationToken cancellationToken) =>
        _database.WriteAsync(
            TenantScope.Of(tenant),
            async session =>
            {
                AskTime(session, now);
                session.Add($"{PostgresDeliveryRows.Select} WHERE tenant = $1 AND id = $2 FOR UPDATE", tenant, id);
                var (time, rows) = await ReadRowsAsync(session, cancellationToken);
                if (rows.Count == 0 || decide(rows[0], time) is not { } step)
                {
                    return false;
                }

                PostgresDeliveryRows.Save(session, [step]);
                await session.CommitAsync();
                return true;
            },
            cancellationToken);

    private Task<IReadOnlyList<LeaseResult>> StepAsync<T>(
        IReadOnlyList<T> items, Func<T, Lease> lease, Func<T, QueuedDelivery, DateTimeOffset, DeliveryStep?> decide, DateTimeOffset now, CancellationToken cancellationToken) =>
        items.Count == 0 ? Task.FromResult<IReadOnlyList<LeaseResult>>([]) : _database.WriteAsync<IReadOnlyList<LeaseResult>>(
            TenantScope.All,
            async session =>
            {
                AskTime(session, now);
                session.Add(
                    $"{PostgresDeliveryRows.Select} JOIN unnest($1, $2) AS k (k_tenant, k_id) ON tenant = k_tenant AND id = k_id ORDER BY tenant, id FOR UPDATE OF deliveries",
                    items.Select(item => lease(item).Delivery.Tenant).ToArray(), items.Select(item => lease(item).Delivery.Id).ToArray());
                var (time, rows) = await ReadRowsAsync(session, cancellationToken);
                var found = rows.ToDictionary(row => (row.Delivery.Tenant, row.Delivery.Id));
                DeliveryStep?[] steps = [.. items.Select(item =>
                    found.TryGetValue((lease(item).Delivery.Tenant, lease(item).Delivery.Id), out var row) ? decide(item, row, time) : null)];
                PostgresDeliveryRows.Save(session, steps);
                await session.CommitAsync();
                return [.. steps.Select(step => step is null ? LeaseResult.Fenced : LeaseResult.Applied)];
            },
            cancellationToken);

    /// <summary>The tenants with something due, found by jumping from one to the next in the index, however many rows each has.</summary>
    private Task<List<string>> DueTenantsAsync(DeliveryLane lane, DateTimeOffset now, CancellationToken cancellationToken) => _database.ReadAsync(
        TenantScope.All,
        session => session.Add(
            """
            WITH RECURSIVE waiting (tenant) AS (
                (SELECT tenant FROM deliveries WHERE state = 0 AND lane = $2 ORDER BY tenant LIMIT 1)
                UNION ALL
                SELECT (SELECT d.tenant FROM deliveries d WHERE d.state = 0 AND d.lane = $2 AND d.tenant > w.tenant ORDER BY d.tenant LIMIT 1) FROM waiting w WHERE w.tenant IS NOT NULL)
            SELECT w.tenant FROM waiting w
            WHERE w.tenant IS NOT NULL AND EXISTS (
                SELECT 1 FROM deliveries d
                WHERE d.tenant = w.tenant AND d.state = 0 AND d.lane = $2 AND d.due <= COALESCE($1, milepost_now()) AND d.expires > COALESCE($1, milepost_now()))
            """,
            Time(now), (int)lane),
        async reader =>
        {
            var tenants = new List<string>();
            while (await reader.ReadAsync(cancellationToken))
            {
                tenants.Add(reader.GetString(0));
            }

            return tenants;
        },
        cancellationToken);

    private Task<bool> AnythingToSweepAsync(DateTimeOffset now, CancellationToken cancellationToken) => _database.ReadAsync(
        TenantScope.All,
        session => session.Add(
            """
            SELECT EXISTS (SELECT 1 FROM deliveries WHERE state IN (1, 2) AND leased_until <= COALESCE($1, milepost_now()))
                OR EXISTS (SELECT 1 FROM deliveries WHERE state IN (0, 1) AND expires <= COALESCE($1, milepost_now()))
            """,
            Time(now)),
        async reader => await reader.ReadAsync(cancellationToken) && reader.GetBoolean(0),
        cancellationToken);

    /// <summary>The first statement of a transaction that decides by time; its answer is for <see cref="ReadTimeAsync"/>.</summary>
    private void AskTime(PostgresSession session, DateTimeOffset now) => session.Add("SELECT COALESCE($1, milepost_now())", Time(now));

    private static async Task<DateTimeOffset> ReadTimeAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        return new DateTimeOffset(reader.GetInt64(0), TimeSpan.Zero);
    }

    private static async Task<(DateTimeOffset Time, List<QueuedDelivery> Rows)> ReadRowsAsync(PostgresSession session, CancellationToken cancellationToken)
    {
        await using var reader = await session.SendAsync();
        var time = await ReadTimeAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        return (time, await PostgresDeliveryRows.ReadAsync(reader, cancellationToken));
    }

    /// <summary>Null: the server's clock.</summary>
    private NpgsqlParameter Time(DateTimeOffset now) => new() { NpgsqlDbType = NpgsqlDbType.Bigint, Value = _callersClock ? now.UtcTicks : DBNull.Value };
}
