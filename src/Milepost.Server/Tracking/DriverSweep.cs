using Milepost.Core.Recording;
using Milepost.Core.Tracking;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Stream;

namespace Milepost.Server.Tracking;

/// <summary>
/// Has the tracker look at the drivers of active orders though no fix comes: what the logistics service says of their orders is asked for and told all the same. Only
/// the node that reads a tenant's location stream does so, and not while the service is left in peace. Bounded: some drivers of each tenant at a time, where the
/// last sweep ended; never the whole table.
/// </summary>
internal sealed partial class DriverSweep(
    ITrackingStore store, FixInbox inbox, StreamBoard board, LogisticsClient client, LogisticsOptions options, TimeProvider time, Func<double> chance, ILogger<DriverSweep> logger) : BackgroundService
{
    /// <summary>The most drivers that one sweep looks at, all tenants together: what is left of the inbox is the fixes'.</summary>
    internal const int Most = 2_000;

    // In each second some, so that drivers share a pass and no pass is large.
    private const int InASecond = 100;

    private readonly Dictionary<string, string> _reached = new(StringComparer.Ordinal);

    /// <summary>One sweep over the tenants whose streams are this node's.</summary>
    /// <returns>How many drivers are to be looked at.</returns>
    internal async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var tenants = board.Tenants;
        var share = Math.Clamp(Most / Math.Max(tenants.Count, 1), 1, ITrackingStore.MaxDrivers);
        var count = 0;
        foreach (var tenant in tenants.Where(tenant => !client.IsResting(tenant)))
        {
            count += await SweepAsync(tenant, share, cancellationToken);
        }

        return count;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // Nodes that were started together do not ask together.
                await Task.Delay(TimeSpan.FromSeconds(options.SweepSeconds * (0.8 + (0.4 * chance()))), time, stoppingToken);
                await RunOnceAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; whoever reads the streams then sweeps.
        }
    }

    private async Task<int> SweepAsync(string tenant, int share, CancellationToken cancellationToken)
    {
        try
        {
            var drivers = await store.ListDriversAsync(tenant, _reached.GetValueOrDefault(tenant, ""), share, cancellationToken);
            _reached[tenant] = drivers.Count < share ? "" : drivers[^1];
            var (now, inASecond) = (time.GetUtcNow(), Math.Max(InASecond, (drivers.Count / options.SweepSeconds) + 1));
            for (var index = 0; index < drivers.Count; index++)
            {
                inbox.LookAt(new DriverKey(tenant, drivers[index]), now.AddSeconds(index / inASecond));
            }

            return drivers.Count;
        }
        catch (StoreUnavailableException failure)
        {
            Log.NotSwept(logger, failure, tenant);
            return 0;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The drivers of {Tenant} could not be listed; the next sweep tries again")]
        public static partial void NotSwept(ILogger logger, Exception failure, string tenant);
    }
}
