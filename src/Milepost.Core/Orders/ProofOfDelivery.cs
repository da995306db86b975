namespace Milepost.Core.Orders;

/// <summary>What shows that an order was delivered, as the sender tells it. Absent fields say nothing.</summary>
public sealed record ProofOfDelivery
{
    /// <summary>Where the sender keeps a photo. Nobody outside is shown this address.</summary>
    public string? PhotoUrl { get; init; }

    /// <summary>Who took it.</summary>
    public string? ReceivedBy { get; init; }

    /// <summary>Where it was left, in words.</summary>
    public string? LeftAt { get; init; }

    /// <summary>The time of the newest event that told something of it.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What is told later fills in and puts right.</summary>
    public ProofOfDelivery With(ProofOfDelivery later) => new()
    {
        PhotoUrl = later.PhotoUrl ?? PhotoUrl,
        ReceivedBy = later.ReceivedBy ?? ReceivedBy,
        LeftAt = later.LeftAt ?? LeftAt,
        At = later.At,
    };
}
