using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Milepost.Core.Deliveries;
using Milepost.Core.Recording;
using Milepost.Core.Tenants;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Settings;
using Milepost.Server.Telemetry;

namespace Milepost.Server.Worker;

/// <summary>
/// Tells operators how much of their SMS budgets those tenants have used who send SMS: as a metric, and with one warning for each tenant and month at
/// 80 % and one when it is used up, from whichever node is first.
/// </summary>
internal sealed partial class BudgetWatch(IDeliveryLimitStore limits, ITenantCatalog tenants, DeliveryOptions options, TimeProvider time, ILogger<BudgetWatch> logger) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private const int NearlyUsedUp = 80;
    private const int UsedUp = 100;
    private static readonly Meter Meter = new(ServerMetrics.MeterName);
    private static readonly Gauge<double> Share = Meter.CreateGauge<double>("milepost.sms.budget.used", "1", "The share of a tenant's SMS budget of the month that is used, by tenant; 1: all.");

    // Who sends SMS, and for whom there was not enough left.
    private readonly ConcurrentDictionary<string, bool> _senders = new(StringComparer.Ordinal);

    /// <summary>An SMS of the tenant was counted; <paramref name="isOver"/>: there was not enough left for it.</summary>
    public void Counted(string tenant, bool isOver) => _senders.AddOrUpdate(tenant, static (_, over) => over, static (_, known, over) => known || over, isOver);

    /// <summary>One pass.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var (tenant, isOver) in _senders.ToArray())
        {
            try
            {
                await LookAsync(tenant, isOver, cancellationToken);
            }
            catch (StoreUnavailableException failure)
            {
                Log.NotRead(logger, failure);
                return;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunOnceAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task LookAsync(string tenant, bool isOver, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (SmsBudget.LimitOf(tenants.Of(tenant), options) is not { } limit)
        {
            return;
        }

        var used = await limits.UsedAsync(tenant, SmsBudget.Scope, SmsBudget.PeriodOf(now), cancellationToken);
        Share.Record((double)used / limit, new KeyValuePair<string, object?>("tenant", tenant));
        if (used * 100 >= (long)limit * NearlyUsedUp && await IsFirstAsync(tenant, NearlyUsedUp, now, cancellationToken))
        {
            Log.NearlyUsedUp(logger, tenant, used, limit);
        }

        if ((isOver || used >= limit) && await IsFirstAsync(tenant, UsedUp, now, cancellationToken))
        {
            Log.UsedUp(logger, tenant, used, limit);
        }

        // Over is over for one month, and with one limit: what comes next tells anew.
        _senders[tenant] = false;
    }

    // The warning itself is a limit of one a month: all nodes take from it.
    private async Task<bool> IsFirstAsync(string tenant, int percent, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var take = new LimitTake(tenant, FormattableString.Invariant($"{SmsBudget.Scope}:warned:{percent}"), SmsBudget.PeriodOf(now), 1, 1, default, SmsBudget.EndOf(now), ClearanceCode.Budget);
        return (await limits.TakeAsync([[take]], now, cancellationToken))[0] is null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The tenant {Tenant} has used {Used} of {Limit} SMS segments of this month")]
        public static partial void NearlyUsedUp(ILogger logger, string tenant, long used, int limit);

        [LoggerMessage(2, LogLevel.Warning, "The tenant {Tenant} has used up its SMS budget of this month ({Used} of {Limit} segments): SMS that do not fit are not sent")]
        public static partial void UsedUp(ILogger logger, string tenant, long used, int limit);

        [LoggerMessage(3, LogLevel.Warning, "The SMS budgets could not be read; they are read again in a while")]
        public static partial void NotRead(ILogger logger, Exception failure);
    }
}
