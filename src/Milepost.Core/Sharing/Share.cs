namespace Milepost.Core.Sharing;

/// <summary>Names a share link across tenants.</summary>
public readonly record struct ShareKey(string Tenant, string Id);

/// <summary>A link by which somebody without an account follows one order. The secret itself is not kept.</summary>
public sealed record Share
{
    public required string Tenant { get; init; }

    /// <summary>Names it in lists; whoever knows it cannot use the link.</summary>
    public required string Id { get; init; }

    public required string OrderId { get; init; }

    /// <summary>What its maker calls it, to tell one from another.</summary>
    public string? Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The customer or admin who made it.</summary>
    public required string CreatedBy { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When the page last read the order through it; told with a delay of some seconds.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>How often the page was opened.</summary>
    public long Uses { get; init; }

    public ShareKey Key() => new(Tenant, Id);
}

/// <summary>A share link with what of its order decides how long it is good.</summary>
/// <param name="Share">The link.</param>
/// <param name="OrderEndedAt">When the order ended (<see cref="ShareRules.EndOf"/>); null while it is under way.</param>
public sealed record SharedOrder(Share Share, DateTimeOffset? OrderEndedAt);

/// <summary>How often a link was used since that was last written down, and when last.</summary>
public sealed record ShareUse(ShareKey Share, long Times, DateTimeOffset LastAt);
