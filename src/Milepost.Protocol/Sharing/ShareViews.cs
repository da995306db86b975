namespace Milepost.Protocol.Sharing;

/// <summary>How long a new share link is good (1 to 720 hours; 168 when absent) and what its maker calls it (at most 80 characters).</summary>
public sealed record ShareRequest(int? ExpiresInHours = null, string? Name = null);

/// <summary>A share link that was made. <paramref name="Token"/> is shown this once and is part of <paramref name="Url"/>: whoever has either can follow the order.</summary>
/// <param name="Id">Names the link in lists, and to revoke it.</param>
/// <param name="Url">The page for guests.</param>
/// <param name="Token">The credential itself: <c>Authorization: Bearer mpl_...</c>.</param>
/// <param name="ExpiresAt">When it ends by itself; sooner, some time after the order has ended.</param>
public sealed record ShareCreated(string Id, string Url, string Token, DateTimeOffset ExpiresAt);

/// <summary>A share link as lists show it, without its secret.</summary>
public sealed record ShareView
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The customer or admin who made it.</summary>
    public required string CreatedBy { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>How often its page was opened.</summary>
    public required long Uses { get; init; }

    /// <summary>Whether it works now.</summary>
    public required bool Open { get; init; }
}

/// <summary>The links of an order, newest first.</summary>
public sealed record ShareList(IReadOnlyList<ShareView> Items);
