using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Milepost.Core.Tracking;

/// <summary>The numbers that the rules of tracking go by: the section <c>Tracking</c>.</summary>
public sealed record TrackingOptions
{
    public static readonly TrackingOptions Default = new();

    [Description("A fix that is less accurate than this moves the marker but not the progress along the route, in metres.")]
    [Range(5, 1000)]
    public int ImpreciseMeters { get; init; } = 50;

    [Description("A fix that is less accurate than this is not taken, in metres.")]
    [Range(50, 100_000)]
    public int InaccurateMeters { get; init; } = 1000;

    [Description("Nobody is faster: a driver who seems to be is not believed until a second fix agrees, in metres per second.")]
    [Range(10, 500)]
    public int MaxMetersPerSecond { get; init; } = 60;

    [Description("A fix that is received later than this behind its measurement is late: it raises no alert. In seconds.")]
    [Range(5, 600)]
    public int LateSeconds { get; init; } = 30;

    [Description("A fix that is older than this is not taken, in seconds.")]
    [Range(60, 86_400)]
    public int TooOldSeconds { get; init; } = 3600;

    [Description("How often those who follow an order are sent a fix at most, in milliseconds.")]
    [Range(100, 60_000)]
    public int PublishMilliseconds { get; init; } = 2000;

    [Description("A fix is kept in the history when so much time has passed since the last kept one, in seconds.")]
    [Range(1, 3600)]
    public int KeepSeconds { get; init; } = 30;

    [Description("A fix is kept in the history when the driver has moved so far since the last kept one, in metres.")]
    [Range(1, 10_000)]
    public int KeepMeters { get; init; } = 100;

    [Description("The driver is nearby within so many metres of the destination.")]
    [Range(100, 5000)]
    public int NearbyMeters { get; init; } = 500;

    [Description("The driver is arriving within so many metres of the destination.")]
    [Range(30, 1000)]
    public int ArrivingMeters { get; init; } = 150;

    [Description("A driver who has come near stays there until so many metres beyond the radius.")]
    [Range(0, 1000)]
    public int LeaveMeters { get; init; } = 50;

    [Description("How long a driver must be near before it counts, where no second fix says so, in seconds.")]
    [Range(1, 120)]
    public int DwellSeconds { get; init; } = 10;

    public TimeSpan PublishInterval() => TimeSpan.FromMilliseconds(PublishMilliseconds);
}
