using System.Text.Json;
using Milepost.Core.Deliveries;
using Milepost.Core.Erasure;
using Milepost.Core.Recording;

namespace Milepost.Core.Tests;

/// <summary>The delivery queue and the outbox kept in lists: what the databases must do, said in the plainest way.</summary>
internal sealed class MemoryDeliveryQueue : IDeliveryQueue, IOutbox
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Tenant, string Id), QueuedDelivery> _rows = new(Comparer<(string Tenant, string Id)>.Create((left, right) =>
        string.CompareOrdinal(left.Tenant, right.Tenant) is not 0 and var byTenant ? byTenant : string.CompareOrdinal(left.Id, right.Id)));

    private readonly Dictionary<(string Tenant, string Id), List<DeliveryAttempt>> _attempts = [];
    private readonly Dictionary<(string Tenant, string Id), List<DeliveryNote>> _notes = [];
    private readonly List<OutboxMessage> _sent = [];
    private readonly HashSet<(string Tenant, string Id)> _erased = [];
    private readonly HashSet<TenantKey> _erasedCustomers = [];
    private readonly TenantTurns _turns = new();

    public void Insert(RecordingPlan plan)
    {
        lock (_gate)
        {
            foreach (var delivery in plan.Deliveries)
            {
                _rows.TryAdd((delivery.Tenant, delivery.Id), QueuedDelivery.New(delivery));
            }
        }
    }

    public IEnumerable<object[]> Everything()
    {
        lock (_gate)
        {
            return
            [
                .. _rows.Values.Select(row => (object[])[JsonSerializer.SerializeToUtf8Bytes(row.Delivery, CoreJson.Default.Delivery), row.Progress.ToString()]),
                .. _attempts.SelectMany(attempts => attempts.Value).Select(attempt => (object[])[attempt]),
                .. _notes.SelectMany(notes => notes.Value).Select(note => (object[])[note]),
                .. _sent.Select(message => (object[])[message]),
            ];
        }
    }

    public void Erase(TenantKey customer, DateTimeOffset now)
    {
        lock (_gate)
        {
            _erasedCustomers.Add(customer);
            foreach (var row in _rows.Values.Where(row => row.Delivery.Tenant == customer.Tenant && row.Delivery.CustomerId == customer.Id).ToList())
            {
                var key = (row.Delivery.Tenant, row.Delivery.Id);
                _attempts[key] = [.. (_attempts.GetValueOrDefault(key) ?? []).Select(attempt => attempt with { Answer = null })];
                _notes[key] = [.. (_notes.GetValueOrDefault(key) ?? []).Select(note => note with { Text = "" })];
                _erased.Add(key);
                _sent.RemoveAll(message => message.Tenant == customer.Tenant && message.DeliveryId == row.Delivery.Id);
                Save(DeliverySteps.Erase(row, now));
            }
        }
    }

    public Task<IReadOnlyList<Lease>> LeaseAsync(string owner, DeliveryLane lane, int max, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var leases = new List<Lease>();
            var due = _rows.Values.Where(row => row.Delivery.Lane == lane && DeliverySteps.Lease(row, owner, now + leaseFor, now) is not null).GroupBy(row => row.Delivery.Tenant).ToDictionary(tenant => tenant.Key, tenant => tenant.ToList());
            var share = TenantTurns.Share(due.Count, max);
            foreach (var tenant in _turns.Order(due.Keys, max))
            {
                foreach (var row in due[tenant].OrderBy(row => row.Progress.Due).ThenBy(row => row.Delivery.Id, StringComparer.Ordinal).Take(Math.Min(share, max - leases.Count)))
                {
                    leases.Add(new Lease(Save(DeliverySteps.Lease(row, owner, now + leaseFor, now)!)));
                    _turns.Served(tenant);
                }
            }

            return Task.FromResult<IReadOnlyList<Lease>>(leases);
        }
    }

    public Task<IReadOnlyList<LeaseResult>> BeginAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LeaseResult>>([.. leases.Select(lease => Step(lease, row => DeliverySteps.Begin(row, lease.Token, now + leaseFor, now)))]);

    public Task<IReadOnlyList<LeaseResult>> CompleteAsync(IReadOnlyList<Completion> completions, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<LeaseResult>>(
        [.. completions.Select(completion => Step(completion.Lease, row => DeliverySteps.Complete(row, completion.Lease.Token, completion.Outcome, now)))]);

    public Task<IReadOnlyList<LeaseResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<LeaseResult>>(
        [.. settlements.Select(settlement => Step(settlement.Lease, row => DeliverySteps.Settle(row, settlement.Lease.Token, settlement.Clearance, now)))]);

    public Task<bool> CancelAsync(string tenant, string id, string code, string text, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(Step(tenant, id, row => DeliverySteps.Cancel(row, code, text, now)));

    public Task<int> CancelTopicAsync(string tenant, string topic, string code, string text, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var waiting = _rows.Values.Where(row => row.Delivery.Tenant == tenant && row.Delivery.Topic == topic).Select(row => DeliverySteps.Cancel(row, code, text, now)).OfType<DeliveryStep>().ToList();
            waiting.ForEach(step => Save(step));
            return Task.FromResult(waiting.Count);
        }
    }

    public Task<bool> ReportAsync(string tenant, string id, DeliveryReport report, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(Step(tenant, id, row => DeliverySteps.Report(row, report, now)));

    public Task<int> WakeAsync(string code, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var held = _rows.Values.Where(row => row.Progress.State == DeliveryState.Queued && row.Progress.Reason == code && row.Progress.Due > now).ToList();
            held.ForEach(row => _rows[(row.Delivery.Tenant, row.Delivery.Id)] = row with { Progress = row.Progress with { Due = now } });
            return Task.FromResult(held.Count);
        }
    }

    public Task<bool> AddAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var kept = _erasedCustomers.Contains(new TenantKey(delivery.Tenant, delivery.CustomerId)) ? PersonalData.Without(delivery) : delivery;
            return Task.FromResult(_rows.TryAdd((delivery.Tenant, delivery.Id), QueuedDelivery.New(kept)));
        }
    }

    public Task<IReadOnlyList<LeaseResult>> RenewAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<LeaseResult>>([.. leases.Select(lease => Step(lease, row => DeliverySteps.Renew(row, lease.Token, now + leaseFor)))]);

    public Task<int> ReleaseAsync(string owner, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var held = Held(owner);
            held.ForEach(row => Save(DeliverySteps.GiveBack(row, "The worker stopped.", now)!));
            return Task.FromResult(held.Count);
        }
    }

    public Task<SweepResult> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var ranOut = _rows.Values.Where(row => row.Progress.LeasedUntil <= now).ToList();
            ranOut.ForEach(row => Save(DeliverySteps.GiveBack(row, "The worker's lease ran out.", now)!));
            var overdue = _rows.Values.Select(row => DeliverySteps.Expire(row, now)).OfType<DeliveryStep>().ToList();
            overdue.ForEach(step => Save(step));
            var returned = ranOut.Count(row => row.Progress.State == DeliveryState.Leased);
            return Task.FromResult(new SweepResult(returned, ranOut.Count - returned, overdue.Count, More: false));
        }
    }

    public Task<QueueDepth> DepthAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var due = _rows.Values.Where(row => row.Progress.State == DeliveryState.Queued).Select(row => row.Progress.Due).ToList();
            return Task.FromResult(new QueueDepth(due.Count, due.Count > 0 && due.Min() < now ? now - due.Min() : TimeSpan.Zero));
        }
    }

    public Task<IReadOnlyList<QueuedDelivery>> ListDeadAsync(string tenant, (DateTimeOffset Due, string Id)? after, int limit, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<QueuedDelivery>>([.. _rows.Values
                .Where(row => row.Delivery.Tenant == tenant && row.Progress.State is DeliveryState.Failed or DeliveryState.Unknown)
                .OrderBy(row => row.Progress.Due).ThenBy(row => row.Delivery.Id, StringComparer.Ordinal)
                .Where(row => after is not { } place || row.Progress.Due > place.Due || (row.Progress.Due == place.Due && string.CompareOrdinal(row.Delivery.Id, place.Id) > 0)).Take(limit)]);
        }
    }

    public Task<DeliveryDetails?> FindAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_rows.TryGetValue((tenant, id), out var row) ? new DeliveryDetails(row, [.. _attempts.GetValueOrDefault((tenant, id)) ?? []], [.. _notes.GetValueOrDefault((tenant, id)) ?? []]) : null);
        }
    }

    public Task AddAsync(OutboxMessage message, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_erased.Contains((message.Tenant, message.DeliveryId)))
            {
                _sent.Add(message);
            }

            return Task.CompletedTask;
        }
    }

    public Task<IReadOnlyList<ListedMessage>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ListedMessage>>([.. _sent.Select((message, index) => new ListedMessage(message, index + 1)).Reverse()
                .Where(listed => listed.Message.Tenant == tenant && (before is null || listed.Place < before)).Take(limit)]);
        }
    }

    private LeaseResult Step(Lease lease, Func<QueuedDelivery, DeliveryStep?> decide) =>
        Step(lease.Delivery.Tenant, lease.Delivery.Id, decide) ? LeaseResult.Applied : LeaseResult.Fenced;

    private bool Step(string tenant, string id, Func<QueuedDelivery, DeliveryStep?> decide)
    {
        lock (_gate)
        {
            if (!_rows.TryGetValue((tenant, id), out var row) || decide(row) is not { } step)
            {
                return false;
            }

            Save(step);
            return true;
        }
    }

    private List<QueuedDelivery> Held(string owner) => [.. _rows.Values.Where(row => row.Progress.Owner == owner)];

    private QueuedDelivery Save(DeliveryStep step)
    {
        var key = (step.After.Delivery.Tenant, step.After.Delivery.Id);
        _rows[key] = step.After;
        if (step.Attempt is { } attempt)
        {
            var attempts = _attempts.TryGetValue(key, out var known) ? known : _attempts[key] = [];
            var at = attempts.FindIndex(other => other.Number == attempt.Number);
            if (at < 0)
            {
                attempts.Add(attempt);
            }
            else
            {
                attempts[at] = attempts[at] with { FinishedAt = attempt.FinishedAt, Outcome = attempt.Outcome, Answer = attempt.Answer };
            }
        }

        if (step.Note is { } note)
        {
            var notes = _notes.TryGetValue(key, out var known) ? known : _notes[key] = [];
            notes.Add(note);
        }

        return step.After;
    }
}
