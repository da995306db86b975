using Milepost.Protocol.Events;

namespace Milepost.Protocol.Errors;

/// <summary>The body of every error answer: <c>application/problem+json</c> (RFC 9457) with a stable <see cref="Code"/>.</summary>
public sealed record Problem
{
    public string Type { get; init; } = "about:blank";

    public required string Title { get; init; }

    public required int Status { get; init; }

    /// <summary>A code of <see cref="ErrorCode"/>.</summary>
    public required string Code { get; init; }

    public string? Detail { get; init; }

    /// <summary>The offending field or parameter.</summary>
    public string? Field { get; init; }

    /// <summary>Whether the same request may succeed later.</summary>
    public required bool Retry { get; init; }

    /// <summary>For a batch of which nothing was accepted: the reasons.</summary>
    public IReadOnlyList<RejectedEvent>? Rejected { get; init; }
}
