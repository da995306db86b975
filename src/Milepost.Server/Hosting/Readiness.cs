namespace Milepost.Server.Hosting;

/// <summary>How well a part of this node works.</summary>
internal enum ReadinessState
{
    Ready,

    /// <summary>Everything is still served, more slowly or by a detour.</summary>
    Degraded,

    /// <summary>Requests would fail: send them to another node.</summary>
    Unavailable,
}

/// <summary>The state of a part, and why when it is not ready. The reason names no secret: anybody may read it.</summary>
internal readonly record struct Readiness(ReadinessState State, string? Reason = null);

/// <summary>A part of this node whose state decides whether the node is ready. Reading it is cheap: the part watches itself.</summary>
internal interface IReadinessPart
{
    /// <summary>For example <c>storage</c>.</summary>
    string Name { get; }

    Readiness Current { get; }
}
