using Milepost.Protocol.Streams;

namespace Milepost.Core.Streams;

/// <summary>One entry of a stream's log.</summary>
public sealed record StreamEntry
{
    public required StreamName Stream { get; init; }

    public required long Offset { get; init; }

    /// <summary>The fingerprint of the stream's history up to and including this entry.</summary>
    public required uint Check { get; init; }

    public required string Type { get; init; }

    public required string Id { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>The <c>data</c> object as UTF-8 JSON.</summary>
    public required byte[] Data { get; init; }

    /// <summary>The entry behind <paramref name="head"/>, with an id of its own.</summary>
    public static StreamEntry Next(StreamName stream, StreamHead head, string type, byte[] data, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now).ToString("N");
        var next = head.Next(id);
        return new StreamEntry { Stream = stream, Offset = next.Offset, Check = next.Check, Type = type, Id = id, Time = now, Data = data };
    }
}
