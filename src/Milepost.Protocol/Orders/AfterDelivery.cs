namespace Milepost.Protocol.Orders;

/// <summary>What shows that an order was delivered.</summary>
public sealed record OrderProof
{
    /// <summary>A photo, good for ten minutes and without further credentials; read the order again for another address. Relative where the installation does not know its own.</summary>
    public string? PhotoUrl { get; init; }

    /// <summary>Who took it.</summary>
    public string? ReceivedBy { get; init; }

    /// <summary>Where it was left, in words.</summary>
    public string? LeftAt { get; init; }

    public required DateTimeOffset At { get; init; }
}

/// <summary>What the customer thinks of a delivery: 1 to 5 stars, at most 500 characters, at most 10 tags of at most 40 characters.</summary>
public sealed record RatingRequest(int Stars, string? Comment = null, IReadOnlyList<string>? Tags = null);

/// <summary>The rating as it is kept. Rating again replaces it.</summary>
public sealed record OrderRating(int Stars, string? Comment, IReadOnlyList<string> Tags, DateTimeOffset At);
