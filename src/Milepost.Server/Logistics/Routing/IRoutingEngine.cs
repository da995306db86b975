using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Routing;

/// <summary>A way along streets that a routing engine found.</summary>
/// <param name="Polyline">Encoded with <see cref="Precision"/>.</param>
/// <param name="Meters">Its length.</param>
/// <param name="Duration">How long it takes to drive, traffic included where the engine knows it.</param>
internal sealed record EngineRoute(string Polyline, double Meters, TimeSpan Duration)
{
    /// <summary>What is asked of every engine.</summary>
    public const int Precision = 6;
}

/// <summary>What a routing engine says.</summary>
internal abstract record EngineAnswer
{
    private EngineAnswer()
    {
    }

    public sealed record Found(EngineRoute Route) : EngineAnswer;

    /// <summary>There is no way between the places.</summary>
    public sealed record NoRoute : EngineAnswer;

    /// <summary>Nothing could be learnt.</summary>
    /// <param name="Reason">One of a few fixed words; never a part of the request.</param>
    public sealed record Unknown(string Reason) : EngineAnswer;
}

/// <summary>Finds ways where the logistics service has none.</summary>
internal interface IRoutingEngine
{
    /// <summary>The fastest way. Throws only when the caller cancels.</summary>
    Task<EngineAnswer> RouteAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken);
}
