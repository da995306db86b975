using Milepost.LogisticsSimulator.Faults;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>What becomes of a document of the service: the driver's card, the route, the estimate.</summary>
internal enum Known
{
    /// <summary>What the service says is shown.</summary>
    Followed,

    /// <summary>What was known stays; where nothing was, nothing is shown.</summary>
    Kept,

    /// <summary>There is none: what the shop says, or what we find out ourselves, is shown.</summary>
    None,
}

/// <summary>What is shown of a fault, and what never is. From docs/operate/tracking.md, docs/protocol/logistics.* and docs/protocol/realtime.md.</summary>
internal sealed record Expectation
{
    /// <summary>How it is let loose: one after the other, each with what the operator is told then.</summary>
    public required IReadOnlyList<Strike> Strikes { get; init; }

    /// <summary>How far the place that is shown may lie from where the driver is: the error of a device that measures well.</summary>
    public double MetersOff { get; init; } = 20;

    public Known Card { get; init; }

    public Known Route { get; init; }

    public Known Eta { get; init; }

    /// <summary>The order says that nothing is heard of the driver, and operators find it among the exceptions.</summary>
    public bool Stale { get; init; }
}

/// <summary>Something goes wrong for a while.</summary>
/// <param name="Faults">What.</param>
internal sealed record Strike(params Fault[] Faults)
{
    /// <summary>New places are shown while it lasts.</summary>
    public bool GoesOn { get; init; } = true;

    /// <summary>The counter by which an operator sees it; null: nothing goes wrong that anybody would have to see.</summary>
    public string? Counted { get; init; }

    /// <summary>The service cannot be reached, or does not answer in time.</summary>
    public bool IsAway => Counted?.Contains("\"away\"", StringComparison.Ordinal) ?? false;

    /// <summary>The counters of an answer's fault: one for each kind of answer that it spoils.</summary>
    public IReadOnlyList<string> CountedOf => Counted is null ? []
        : Counted.StartsWith("milepost_logistics_requests_total{outcome", StringComparison.Ordinal)
            ? [.. new[] { "driver", "route", "eta" }.Select(what => Counted.Replace("{", $"{{what=\"{what}\",", StringComparison.Ordinal))]
            : [Counted];

    public static Strike OfDriver(FaultKind kind, int? every = null, double? seconds = null) => new(new Fault(kind, TestServer.Tenant, Town.Driver, every, seconds));

    public static Strike OfTenant(FaultKind kind, int? every = null, double? seconds = null) => new(new Fault(kind, TestServer.Tenant, Every: every, Seconds: seconds));

    public Strike And(FaultKind kind, int? every = null, double? seconds = null) => this with { Faults = [.. Faults, new Fault(kind, TestServer.Tenant, Every: every, Seconds: seconds)] };

    public override string ToString() => string.Join(" and ", Faults.Select(fault => $"{FaultNames.Of(fault.Kind)} every {fault.Every} for {fault.Seconds} s"));
}
