namespace Milepost.Protocol.Deliveries;

/// <summary>An address of a channel: what nothing shall be sent to, or what is looked up.</summary>
/// <param name="Channel">email, sms, web_push, fcm, apns or webhook.</param>
/// <param name="Address">The e-mail address, the number in E.164, the push service's URL, the token.</param>
/// <param name="Detail">Why, for people; at most 500 characters. Not used to look up.</param>
public sealed record SuppressionRequest(string? Channel, string? Address, string? Detail = null);

/// <summary>An address that nothing is sent to. The address itself is not kept.</summary>
public sealed record SuppressionView
{
    /// <summary>Names it; says nothing of the address.</summary>
    public required string Id { get; init; }

    public required string Channel { get; init; }

    /// <summary>The address, masked: who knows it can tell that it is meant.</summary>
    public required string Address { get; init; }

    /// <summary>hard_bounce, manual or complaint.</summary>
    public required string Reason { get; init; }

    /// <summary>What was said, masked.</summary>
    public string? Detail { get; init; }

    public required DateTimeOffset Since { get; init; }
}

/// <summary>A page of suppressions, newest first. <paramref name="Next"/> is the cursor of the next page, null at the end.</summary>
public sealed record SuppressionPage(IReadOnlyList<SuppressionView> Items, string? Next);
