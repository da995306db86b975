using System.Text.Json.Serialization;

namespace Milepost.Core.Tracking;

/// <summary>What is raised on the way to a destination.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArrivalKind>))]
public enum ArrivalKind
{
    [JsonStringEnumMemberName("nearby")] Nearby,
    [JsonStringEnumMemberName("arriving")] Arriving,
}

/// <summary>What an arrival is judged by: an attempt to deliver, at a door.</summary>
/// <param name="Attempt"><see cref="Orders.Order.Attempt"/>.</param>
/// <param name="Door">Where the order was to go when the attempt began; null: not known.</param>
/// <param name="Moves">How often the order was sent to another door. One that is nearer than <see cref="TrackingOptions.ArrivingMeters"/> is the same, told better.</param>
public sealed record ArrivalAim(int Attempt, GeoPoint? Door, int Moves)
{
    public static readonly ArrivalAim None = new(0, null, 0);

    /// <summary>What it is by now; the same object where it is the same attempt at the same door.</summary>
    public ArrivalAim Now(int attempt, GeoPoint? door, TrackingOptions rules)
    {
        var isMoved = Door is { } before && door is { } after && Geodesy.Distance(before, after) > rules.ArrivingMeters;
        return attempt == Attempt && !isMoved && (Door is not null || door is null) ? this : new ArrivalAim(attempt, isMoved ? door : Door ?? door, isMoved ? Moves + 1 : Moves);
    }
}

/// <summary>How one attempt to deliver stands with its destination; kept as JSON. A new attempt, or another destination, starts anew (null).</summary>
public sealed record ArrivalState
{
    public required CircleState Nearby { get; init; }

    public required CircleState Arriving { get; init; }

    /// <summary>The last fix that counted, for the way between two.</summary>
    public LocationFix? Last { get; init; }
}

/// <summary>How a driver stands with a circle round the destination.</summary>
public sealed record CircleState
{
    public static readonly CircleState Outside = new();

    /// <summary>The time of the first of the fixes that say "inside" without one between them that does not; null: the last one did not.</summary>
    public DateTimeOffset? InsideSince { get; init; }

    /// <summary>When the first of them was heard, by our clock.</summary>
    public DateTimeOffset? HeardAt { get; init; }

    /// <summary>The driver has come in and has not surely left.</summary>
    public bool Inside { get; init; }

    /// <summary>It was raised in this attempt, or something later was: never again.</summary>
    public bool Raised { get; init; }
}

/// <summary>What a step gave.</summary>
/// <param name="State">The new state.</param>
/// <param name="Raised">What is raised now; null: nothing.</param>
/// <param name="CheckAt">Ask again then (<see cref="ArrivalRules.Check"/>) if no fix comes; null: no need.</param>
public readonly record struct ArrivalStep(ArrivalState State, ArrivalKind? Raised, DateTimeOffset? CheckAt);
