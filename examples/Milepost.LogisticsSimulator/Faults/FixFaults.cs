using Milepost.LogisticsSimulator.Live;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Faults;

/// <summary>What goes wrong with the locations of one tenant between the devices and the stream. Called by one thread at a time.</summary>
internal sealed class FixFaults(string tenant, int seed, FaultSet faults, Action<Fix> publish)
{
    private const double JitterMeters = 150;
    private const double TeleportDegrees = 0.27;

    private readonly Dictionary<string, Tunnel> _tunnels = new(StringComparer.Ordinal);

    /// <summary>Passes a fix on, or what became of it.</summary>
    public void Offer(Fix fix)
    {
        if (faults.Find(FaultKind.Silence, tenant, fix.DriverId, fix.Number) is not null)
        {
            return;
        }

        var spoilt = Spoil(fix);
        if (!KeptBack(spoilt))
        {
            publish(spoilt);
        }
    }

    private Fix Spoil(Fix fix)
    {
        if (Find(FaultKind.Jitter) is not null)
        {
            fix = fix with { Place = Moved(fix), Accuracy = JitterMeters };
        }

        if (Find(FaultKind.Teleport) is not null)
        {
            fix = fix with { Place = fix.Place with { Lat = fix.Place.Lat + TeleportDegrees } };
        }

        if (Find(FaultKind.ZeroPlace) is not null)
        {
            fix = fix with { Place = new Place(0, 0) };
        }

        if (Find(FaultKind.SwappedAxes) is not null)
        {
            fix = fix with { Place = new Place(fix.Place.Lon, fix.Place.Lat) };
        }

        if (Find(FaultKind.KilometersPerHour) is not null)
        {
            fix = fix with { Speed = fix.Speed * 3.6 };
        }

        if (Find(FaultKind.FutureTime) is { } ahead)
        {
            fix = fix with { Time = fix.Time + ahead.Duration };
        }

        return Find(FaultKind.OldTime) is { } behind ? fix with { Time = fix.Time - behind.Duration } : fix;

        Fault? Find(FaultKind kind) => faults.Find(kind, tenant, fix.DriverId, fix.Number);
    }

    /// <summary>Evenly over a disc of 150 m, except for its middle.</summary>
    private Place Moved(Fix fix)
    {
        var driver = Noise.Of(fix.DriverId);
        var meters = JitterMeters * Math.Sqrt(0.1 + 0.9 * Noise.Unit(seed, Noise.Jitter, driver, fix.Number));
        return Measuring.Moved(fix.Place, meters, 2 * Math.PI * Noise.Unit(seed, Noise.Jitter, driver, ~fix.Number));
    }

    /// <summary>A tunnel begins with a driver's first fix under the fault and ends with the first after its time, or when the fault ends.</summary>
    private bool KeptBack(Fix fix)
    {
        var fault = faults.Find(FaultKind.Tunnel, tenant, fix.DriverId);
        if (!_tunnels.TryGetValue(fix.DriverId, out var tunnel))
        {
            if (fault is null)
            {
                return false;
            }

            _tunnels[fix.DriverId] = new Tunnel(fix.Time + fault.Duration, [fix]);
            return true;
        }

        if (fault is not null && fix.Time < tunnel.Ends)
        {
            tunnel.Fixes.Add(fix);
            return true;
        }

        _tunnels.Remove(fix.DriverId);
        foreach (var late in tunnel.Fixes.OrderBy(late => Noise.Unit(seed, Noise.Jitter, late.Number, 1)))
        {
            publish(late);
        }

        return false;
    }

    private sealed record Tunnel(DateTimeOffset Ends, List<Fix> Fixes);
}
