using Milepost.Core.Deliveries;
using Milepost.Core.Recording;
using Milepost.Core.Sharing;
using Milepost.Core.Streams;
using Milepost.Core.Tenants;
using Milepost.Core.Tracking;
using Milepost.Server.Settings;

namespace Milepost.Server.Worker;

/// <summary>
/// Removes, once an hour, what is older than it is kept: as long as the installation says, or a tenant for itself, whichever is shorter. Of several
/// nodes one does it.
/// </summary>
internal sealed partial class RetentionLoop(
    IRetentionStore store, ITrackingStore tracking, IShareStore shares, IDeliveryLimitStore limits, ITenantCatalog tenants, ServerSettings settings, TimeProvider time, ILogger<RetentionLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    // Nodes' clocks differ, and a mark counts for as long as the oldest token that it is about.
    private static readonly TimeSpan RevocationMargin = TimeSpan.FromDays(1);

    /// <summary>One pass. Null: another node is doing it, or the database is away.</summary>
    internal async Task<RetentionOutcome?> RunOnceAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            if (await store.DropBeforeAsync(now.AddDays(-settings.Retention.Days), cancellationToken) is not { } dropped)
            {
                return null;
            }

            await tracking.DropPointsAsync(now.AddDays(-settings.Retention.LocationDays), cancellationToken);
            var (deliveries, points, revisions) = (0L, 0L, 0L);
            foreach (var tenant in await store.TenantsAsync(cancellationToken))
            {
                var days = Math.Min(tenants.Of(tenant).RetentionDays ?? settings.Retention.Days, settings.Retention.Days);
                if (days < settings.Retention.Days)
                {
                    dropped += await store.DropBeforeAsync(tenant, now.AddDays(-days), cancellationToken) ?? default;
                }

                deliveries += await store.DropDeliveriesAsync(tenant, now.AddDays(-days), cancellationToken);
                revisions += await tracking.DropRevisionsAsync(tenant, now.AddDays(-days), cancellationToken);
                var locationDays = Math.Min(tenants.Of(tenant).Tracking.LocationDays ?? settings.Retention.LocationDays, settings.Retention.LocationDays);
                points += await tracking.DropPointsAsync(tenant, now.AddDays(-locationDays), cancellationToken);
            }

            var letters = await store.DropDeadLettersAsync(now.AddDays(-settings.Retention.Days), cancellationToken);
            var revocations = await store.DropRevocationsAsync(now.AddDays(-settings.Auth.MaxTokenDays) - RevocationMargin, cancellationToken);
            var links = await shares.DropBeforeAsync(now.AddDays(-settings.Retention.Days), cancellationToken);
            await limits.ForgetAsync(now, cancellationToken);
            if (dropped != default || deliveries + points + revisions + letters + revocations + links > 0)
            {
                Log.Dropped(logger, dropped.Entries, dropped.Notifications, deliveries, points, revisions, letters, revocations, links);
            }

            return dropped;
        }
        catch (StoreUnavailableException failure)
        {
            Log.Failed(logger, failure);
            return null;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, time);
        try
        {
            do
            {
                await RunOnceAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; what a pass has not done the next one does.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Removed what is not kept any longer: {Entries} entries, {Notifications} notifications, {Deliveries} deliveries, {Points} places of drivers, {Revisions} ETAs, {DeadLetters} replayed dead letters, {Revocations} revocations, {Links} share links")]
        public static partial void Dropped(ILogger logger, long entries, long notifications, long deliveries, long points, long revisions, long deadLetters, long revocations, long links);

        [LoggerMessage(2, LogLevel.Warning, "Old data could not be removed; the next pass tries again")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
