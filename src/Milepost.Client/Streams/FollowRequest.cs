namespace Milepost.Client.Streams;

/// <summary>What to follow and from where.</summary>
public sealed record FollowRequest
{
    /// <summary>The value of <see cref="Since"/> for everything that is kept.</summary>
    public const string Earliest = "earliest";

    /// <summary>Names of streams, see <see cref="Protocol.Streams.StreamLabels"/>.</summary>
    public required IReadOnlyList<string> Streams { get; init; }

    /// <summary>A cursor, <see cref="Earliest"/>, or null for "from now on".</summary>
    public string? Since { get; init; }

    /// <summary>Asked before each connection, so that the transport may change in between. Null: that of the client's options.</summary>
    public Func<StreamTransport>? Transport { get; init; }
}
