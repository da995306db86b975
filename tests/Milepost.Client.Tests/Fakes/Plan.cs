namespace Milepost.Client.Tests.Fakes;

/// <summary>What the fake server does with one connection; without anything it serves it as the protocol says.</summary>
internal sealed record Plan
{
    public static readonly Plan Serve = new();

    /// <summary>Refuse with this status before anything else.</summary>
    public int? Status { get; init; }

    /// <summary>The code of the problem body of the refusal; null: a body of somebody else.</summary>
    public string? Code { get; init; }

    public bool Retry { get; init; }

    public int? RetryAfterSeconds { get; init; }

    /// <summary>Cut the connection after this many entries. On long-poll: abort the answer after them.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Close in order with this code instead of cutting.</summary>
    public int? CloseCode { get; init; }

    public string? CloseReason { get; init; }

    /// <summary>Leave the entry with this offset out.</summary>
    public long? Skip { get; init; }

    /// <summary>Send each entry twice.</summary>
    public bool Twice { get; init; }

    /// <summary>Say <c>reconnect</c> after the catch-up.</summary>
    public int? ReconnectAfterMs { get; init; }

    /// <summary>Begin with a <c>reset</c> of this code and serve from now on.</summary>
    public string? Reset { get; init; }

    /// <summary>Frames to send behind the catch-up as they are.</summary>
    public IReadOnlyList<string> Extra { get; init; } = [];

    /// <summary>Say nothing at all, for ever.</summary>
    public bool Silent { get; init; }
}
