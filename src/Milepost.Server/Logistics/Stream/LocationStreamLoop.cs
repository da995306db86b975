using System.Globalization;
using Milepost.Core.Leases;
using Milepost.Server.Logistics.Leases;

namespace Milepost.Server.Logistics.Stream;

/// <summary>Reads the location streams of all tenants; of the nodes that run this, one reads each of them.</summary>
internal sealed class LocationStreamLoop(ILeaseStore leases, StreamParts parts, ILogger<LocationStreamLoop> logger) : BackgroundService
{
    /// <summary>What is leased.</summary>
    public const string Work = "logistics.locations";

    // Each life of a process is a holder of its own.
    private readonly string _holder = string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Guid.NewGuid():N}");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(parts.Options.Tenants.Select(tenant => new LeasedWork(leases, tenant, Work, _holder, parts.Time, logger).RunAsync((held, lost) => ReadAsync(tenant, held, lost), stoppingToken)));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task ReadAsync(string tenant, HeldLease held, CancellationToken lost)
    {
        var progress = new StreamProgress(held.Left);
        held.ToLeave = () => progress.Text;
        try
        {
            await new LocationStream(tenant, parts, progress, () => held.IsHeld).RunAsync(lost);
        }
        finally
        {
            parts.Board.Remove(tenant);
        }
    }
}
