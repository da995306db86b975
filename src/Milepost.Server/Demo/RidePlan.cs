namespace Milepost.Server.Demo;

/// <summary>What the script decides of a delivery. When it happens, the simulated drivers and their streets decide.</summary>
internal sealed record RidePlan
{
    public required string OrderId { get; init; }

    /// <summary>Who tells of the ride: the source of its events.</summary>
    public required string Courier { get; init; }

    public required DemoShop Shop { get; init; }

    public required DemoCustomer Customer { get; init; }

    /// <summary>How long the shop still needs when it gives the order to the fleet.</summary>
    public required TimeSpan ReadyAfter { get; init; }

    /// <summary>From the driver's reaching the door to the hand-over.</summary>
    public required TimeSpan HandOver { get; init; }

    /// <summary>What the courier says when the driver leaves; null: nothing.</summary>
    public string? OnTheWay { get; init; }

    /// <summary>What the courier says of the hand-over.</summary>
    public required string Delivered { get; init; }

    /// <summary>The driver brings something to this customer first; null: nobody comes before.</summary>
    public DemoCustomer? Before { get; init; }

    /// <summary>What holds the driver up on the way; null: nothing.</summary>
    public string? HeldUpBy { get; init; }

    /// <summary>For how long nothing is heard of the driver on the way; null: the driver is always heard.</summary>
    public TimeSpan? SilentFor { get; init; }

    /// <summary>Nobody opens the first time.</summary>
    public bool AttemptFails { get; init; }
}
