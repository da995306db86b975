namespace Milepost.Core.Silence;

/// <summary>After how much silence an order is late, or may be. Zero: that rule is off.</summary>
public sealed record SilenceSettings
{
    public static readonly SilenceSettings Default = new();

    /// <summary>Nobody has accepted the order so long behind its placing, or its payment.</summary>
    public TimeSpan Accept { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Nobody has picked it up so long since it is ready or has a driver.</summary>
    public TimeSpan PickUp { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>Under way, nothing was heard of the driver for so long: the location is stale.</summary>
    public TimeSpan Stale { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Under way, nothing was heard of the driver for so long: nobody knows when the order arrives.</summary>
    public TimeSpan Silent { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The newest ETA, or its window, has passed by so much.</summary>
    public TimeSpan Eta { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The promise, or its window, has passed by so much.</summary>
    public TimeSpan Promise { get; init; } = TimeSpan.FromMinutes(1);
}
