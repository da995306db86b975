namespace Milepost.Protocol.Streams;

/// <summary>Where a stream ends. <see cref="Offset"/> 0 = it has no entry yet.</summary>
public readonly record struct StreamHead(long Offset, uint Check)
{
    /// <summary>The head behind one more entry.</summary>
    public StreamHead Next(string entryId) => new(Offset + 1, StreamPosition.NextCheck(Check, entryId));
}

/// <summary>What a resume needs to know of a stream, read in one snapshot.</summary>
/// <param name="Epoch">The data set's identity.</param>
/// <param name="First">The oldest offset that is kept; head + 1 when none is.</param>
/// <param name="Head">Where it ends.</param>
/// <param name="CheckAt">The fingerprint at the offset that was asked for; null when that entry is not kept.</param>
public readonly record struct StreamLocation(long Epoch, long First, StreamHead Head, uint? CheckAt);
