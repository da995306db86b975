using System.Collections.Concurrent;

namespace Milepost.Server.Logistics.Plans;

/// <summary>
/// Keeps what is known of orders under way fresh: what the location stream says has changed at once, the rest by its age, never more requests for
/// a tenant than it may have.
/// </summary>
internal sealed partial class OrderPlans(PlanFetch fetch, LogisticsOptions options, TimeProvider time, ILogger<OrderPlans> logger) : IOrderPlans, ILogisticsSignals
{
    /// <summary>What nobody has wanted for so long is forgotten.</summary>
    internal static readonly TimeSpan WantedFor = TimeSpan.FromMinutes(2);

    // Orders under way on one node; one more is not planned for until another one has arrived.
    private const int MaxOrders = 50_000;
    private const int Concurrency = 16;

    // An order needs the route and the estimate, and a request to the engine for each where the service has none: it is paid for in advance.
    private readonly ConcurrentDictionary<(string Tenant, string OrderId), PlanEntry> _entries = [];
    private readonly Dictionary<string, TenantAllowance> _allowances = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _places = new(Concurrency);
    private readonly long[] _ages = [Ticks(time, TimeSpan.FromSeconds(options.EtaSeconds)), Ticks(time, TimeSpan.FromSeconds(options.RouteSeconds)), Ticks(time, TimeSpan.FromMinutes(options.CardMinutes))];
    private readonly List<Task> _fetches = [];

    // Who begins: each pass another tenant's orders, so that a tenant with many does not starve the others.
    private int _turn;

    public OrderPlan? Get(string tenant, string orderId) => _entries.TryGetValue((tenant, orderId), out var entry) ? entry.Plan : null;

    public void Want(PlanWish wish)
    {
        var now = time.GetTimestamp();
        if (_entries.TryGetValue((wish.Tenant, wish.OrderId), out var entry))
        {
            entry.Want(wish, now);
        }
        else if (_entries.Count < MaxOrders)
        {
            _entries.TryAdd((wish.Tenant, wish.OrderId), new PlanEntry(wish, now));
        }
    }

    public void Changed(string tenant, string orderId, OrderDocument document)
    {
        if (_entries.TryGetValue((tenant, orderId), out var entry))
        {
            entry.Mark(document == OrderDocument.Route ? PlanPart.Route : PlanPart.Eta);
        }
    }

    public void Missed(string tenant)
    {
        foreach (var (key, entry) in _entries)
        {
            if (key.Tenant == tenant)
            {
                entry.Mark(PlanPart.Route);
                entry.Mark(PlanPart.Eta);
            }
        }
    }

    /// <summary>One pass: forgets what nobody wants, and begins to fetch what is due and allowed. The fetches go on behind it: see <see cref="IdleAsync"/>.</summary>
    public void RunOnce(CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        var oldest = now - Ticks(time, WantedFor);
        lock (_fetches)
        {
            _fetches.RemoveAll(fetching => fetching.IsCompleted);
        }

        var byTenant = new Dictionary<string, Queue<PlanEntry>>(StringComparer.Ordinal);
        foreach (var (key, entry) in _entries)
        {
            if (entry.WantedAt < oldest)
            {
                _entries.TryRemove(key, out _);
                continue;
            }

            if (!byTenant.TryGetValue(key.Tenant, out var waiting))
            {
                byTenant.Add(key.Tenant, waiting = new Queue<PlanEntry>());
            }

            waiting.Enqueue(entry);
        }

        if (byTenant.Count > 0)
        {
            Begin([.. byTenant.OrderBy(pair => pair.Key, StringComparer.Ordinal)], now, cancellationToken);
        }
    }

    /// <summary>Waits until nothing is being fetched.</summary>
    public Task IdleAsync()
    {
        lock (_fetches)
        {
            return Task.WhenAll(_fetches);
        }
    }

    // One part of one order of each tenant in turn, until nothing is due or nothing more may be asked.
    private void Begin(KeyValuePair<string, Queue<PlanEntry>>[] tenants, long now, CancellationToken cancellationToken)
    {
        _turn = (_turn + 1) % tenants.Length;
        var left = tenants.Length;
        for (var index = _turn; left > 0; index = (index + 1) % tenants.Length)
        {
            var (tenant, waiting) = tenants[index];
            left = BeginOne(tenant, waiting, now, cancellationToken) switch
            {
                BeginResult.Begun => tenants.Length,
                BeginResult.NothingNow => left - 1,
                _ => 0,
            };
        }
    }

    private BeginResult BeginOne(string tenant, Queue<PlanEntry> waiting, long now, CancellationToken cancellationToken)
    {
        while (waiting.TryPeek(out var entry))
        {
            if (!_places.Wait(0, CancellationToken.None))
            {
                return BeginResult.NoPlace;
            }

            var wish = entry.Wish;
            if (!AllowanceOf(tenant, now).TryTake(now))
            {
                _places.Release();
                waiting.Clear();
                return BeginResult.NothingNow;
            }

            if (entry.Begin(now, _ages) is not { } part)
            {
                AllowanceOf(tenant, now).GiveBack();
                _places.Release();
                waiting.Dequeue();
                continue;
            }

            var fetching = FetchAsync(entry, part, wish, cancellationToken);
            lock (_fetches)
            {
                _fetches.Add(fetching);
            }

            return BeginResult.Begun;
        }

        return BeginResult.NothingNow;
    }

    private TenantAllowance AllowanceOf(string tenant, long now)
    {
        if (!_allowances.TryGetValue(tenant, out var allowance))
        {
            _allowances.Add(tenant, allowance = new TenantAllowance(options.RequestsPerSecond, now, time.TimestampFrequency));
        }

        return allowance;
    }

    private async Task FetchAsync(PlanEntry entry, PlanPart part, PlanWish wish, CancellationToken cancellationToken)
    {
        Func<OrderPlan, OrderPlan> change = plan => plan;
        try
        {
            change = await fetch.FetchAsync(part, wish, entry.Plan, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
        catch (Exception failure)
        {
            // A mistake of ours must not leave the order without news for ever.
            Log.FetchFailed(logger, failure, part, wish.OrderId);
        }
        finally
        {
            entry.Done(part, wish.DriverId, change);
            _places.Release();
        }
    }

    private static long Ticks(TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private enum BeginResult
    {
        Begun,
        NothingNow,
        NoPlace,
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The {Part} of order {Order} could not be fetched; it is tried again")]
        public static partial void FetchFailed(ILogger logger, Exception failure, PlanPart part, string order);
    }
}
