using System.Collections.Concurrent;
using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Plans;

/// <summary>
/// Keeps what is known of orders under way fresh: what the location stream says has changed at once, the rest by its age, never more requests for
/// a tenant than it may have.
/// </summary>
/// <param name="fetch">Asks for one part.</param>
/// <param name="options">How often, and how much at a time.</param>
/// <param name="learnt">Is told whose order has another route or estimate than before. Returns at once.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class OrderPlans(PlanFetch fetch, LogisticsOptions options, Action<DriverKey> learnt, TimeProvider time, ILogger<OrderPlans> logger) : IOrderPlans, ILogisticsSignals
{
    /// <summary>What nobody has wanted for so long is forgotten.</summary>
    internal static readonly TimeSpan WantedFor = TimeSpan.FromMinutes(2);

    // Orders under way on one node; one more is not planned for until another one has arrived.
    private const int MaxOrders = 50_000;

    // The service may be slow for one tenant; the others must not wait for that.
    private const int AtOnceForTenant = 8;
    private const int AtOnce = 64;

    private readonly ConcurrentDictionary<(string Tenant, string OrderId), PlanEntry> _entries = [];
    private readonly Dictionary<string, TenantAllowance> _allowances = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _places = new(AtOnce);
    private readonly long[] _ages = [Ticks(time, TimeSpan.FromSeconds(options.EtaSeconds)), Ticks(time, TimeSpan.FromSeconds(options.RouteSeconds)), Ticks(time, TimeSpan.FromMinutes(options.CardMinutes))];
    private readonly List<Task> _fetches = [];

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

    public bool Serves(string tenant) => fetch.Serves(tenant);

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

    /// <summary>
    /// One pass: forgets what nobody wants, and begins to fetch what is due and allowed, what was fetched longest ago first. The fetches go on behind it: see
    /// <see cref="IdleAsync"/>.
    /// </summary>
    public void RunOnce(CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        var oldest = now - Ticks(time, WantedFor);
        lock (_fetches)
        {
            _fetches.RemoveAll(fetching => fetching.IsCompleted);
        }

        var due = new List<(PlanEntry Entry, string Tenant, long Since)>();
        foreach (var (key, entry) in _entries)
        {
            if (entry.WantedAt < oldest)
            {
                _entries.TryRemove(key, out _);
            }
            else if (entry.Due(now, _ages) is { } part)
            {
                due.Add((entry, key.Tenant, part.Since));
            }
        }

        var full = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (entry, tenant, _) in due.OrderBy(one => one.Since))
        {
            while (!full.Contains(tenant) && entry.Due(now, _ages) is { } next)
            {
                if (!TryBegin(entry, tenant, next.Part, now, cancellationToken))
                {
                    full.Add(tenant);
                }
            }
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

    private bool TryBegin(PlanEntry entry, string tenant, PlanPart part, long now, CancellationToken cancellationToken)
    {
        if (!_allowances.TryGetValue(tenant, out var allowance))
        {
            _allowances.Add(tenant, allowance = new TenantAllowance(options.RequestsPerSecond, AtOnceForTenant, time.TimestampFrequency));
        }

        if (!_places.Wait(0, CancellationToken.None))
        {
            return false;
        }

        var requests = fetch.RequestsOf(part, entry.Plan);
        if (!allowance.TryBegin(requests, now))
        {
            _places.Release();
            return false;
        }

        var fetching = FetchAsync(entry, part, entry.Begin(part, now), requests, allowance, cancellationToken);
        lock (_fetches)
        {
            _fetches.Add(fetching);
        }

        return true;
    }

    private async Task FetchAsync(PlanEntry entry, PlanPart part, PlanWish wish, int requests, TenantAllowance allowance, CancellationToken cancellationToken)
    {
        Func<OrderPlan, OrderPlan> change = plan => plan;
        try
        {
            change = await fetch.FetchAsync(part, wish, entry.Plan, requests, cancellationToken);
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
            if (entry.Done(part, wish.DriverId, change) && wish.DriverId is { } driver)
            {
                learnt(new DriverKey(wish.Tenant, driver));
            }

            if (requests == 1 && fetch.HasEngine && (part == PlanPart.Route ? entry.Plan.Route is null : part == PlanPart.Eta && entry.Plan.Eta is null))
            {
                // The service has none any more, and there was no room to ask the engine.
                entry.Mark(part);
            }

            allowance.End();
            _places.Release();
        }
    }

    private static long Ticks(TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The {Part} of order {Order} could not be fetched; it is tried again")]
        public static partial void FetchFailed(ILogger logger, Exception failure, PlanPart part, string order);
    }
}
