using Milepost.Core.Recording;
using Milepost.Core.Tenants;

namespace Milepost.Server.Tenants;

/// <summary>Reads what tenants have set up: everything before the first request, then every five seconds what is new.</summary>
internal sealed partial class TenantLoop(ITenantStore store, TenantCatalog catalog, TimeProvider time, ILogger<TenantLoop> logger) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Nodes write their own times, and a commit may be seen later than its time: what is that old is read again.
    internal static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    private DateTimeOffset? _readUpTo;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Nothing is served by rules that are not the tenant's own: a tenant may have forbidden what the installation allows.
        while (!await RunOnceAsync(cancellationToken))
        {
            await Task.Delay(Interval, time, cancellationToken);
        }

        await base.StartAsync(cancellationToken);
    }

    /// <summary>One pass. False: the store could not be read.</summary>
    public async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            catalog.Learn(await store.ListSinceAsync((_readUpTo - Overlap) ?? DateTimeOffset.MinValue, cancellationToken));
            _readUpTo = now;
            return true;
        }
        catch (StoreUnavailableException failure)
        {
            Log.NotRead(logger, failure);
            return false;
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

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The tenants' settings could not be read; they are read again in a few seconds")]
        public static partial void NotRead(ILogger logger, Exception failure);
    }
}
