using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator.Motion;

/// <summary>How long things take in the simulated city, really and by expectation, in seconds of its own time.</summary>
/// <param name="seed">Decides what chance decides.</param>
internal sealed class Pace(int seed)
{
    /// <summary>How long a driver is expected to wait for an order that is not ready.</summary>
    public const double ExpectedHold = 240;

    /// <summary>What is still expected when the wait has already taken longer than that.</summary>
    public const double LeastHold = 60;

    /// <summary>How far ahead the service knows what drivers will meet.</summary>
    public const double Foresight = 90;

    private const double LightCycle = 60;
    private const double Red = 25;
    private const double JamSlot = 600;
    private const double JamShare = 0.06;
    private const double JamFactor = 0.35;
    private const double MainRoad = 10;
    private const double SlowestMood = 0.8;

    /// <summary>How long a stretch takes that is entered at a moment of the city's time.</summary>
    public double Travel(Section section, double topSpeed, double traffic, double at)
    {
        var mood = SlowestMood + (1 - SlowestMood) * Noise.Unit(seed, Noise.Jams, section.Street, (long)at);
        var jammed = section.Speed > MainRoad && Noise.Unit(seed, Noise.Jams, section.Street, -(long)(at / JamSlot)) < JamShare;
        return section.Meters / (Math.Min(section.Speed, topSpeed) * traffic * mood * (jammed ? JamFactor : 1));
    }

    public static double ExpectedTravel(Section section, double topSpeed, double traffic) =>
        section.Meters / (Math.Min(section.Speed, topSpeed) * traffic * (1 + SlowestMood) / 2);

    /// <summary>How long the light of a crossing stays red for who comes at a moment of the city's time.</summary>
    public double Light(int crossing, double at)
    {
        var into = (at + Noise.Unit(seed, Noise.Lights, crossing, 0) * LightCycle) % LightCycle;
        return into < Red ? Red - into : 0;
    }

    public static double ExpectedLight => Red * Red / (2 * LightCycle);

    /// <summary>How long a stop takes where nothing holds the driver.</summary>
    public double Service(Stop stop) => ExpectedService(stop) * (0.6 + 0.8 * Noise.Unit(seed, Noise.Service, Noise.Of(stop.OrderId), (long)stop.Kind + stop.At.Street));

    public static double ExpectedService(Stop stop) => stop.Kind switch
    {
        StopKind.Pickup => 40,
        StopKind.Errand => 90,
        StopKind.Drop => 100,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
