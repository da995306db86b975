using Milepost.Protocol.Streams;

namespace Milepost.LoadTest.Workers;

/// <summary>Where a follower tells what it sees.</summary>
internal sealed record FollowerEvents(Action<ServerFrame> Took, Action<int> Connected, Action<string> Trouble)
{
    /// <summary>Connections that the tool itself reset.</summary>
    public required Recovery Storm { get; init; }

    /// <summary>Connections that broke for other reasons.</summary>
    public required Recovery Breaks { get; init; }
}
