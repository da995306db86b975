using System.Globalization;

namespace Milepost.Protocol.Streams;

/// <summary>
/// A place in a stream: behind the entry with <paramref name="Offset"/> in the data set <paramref name="Epoch"/>.
/// <paramref name="Check"/> is the running fingerprint of the stream's history up to that entry; it tells a restored or rewritten
/// history from the one the client has seen, so that a resume is exact or refused, never silently wrong.
/// </summary>
/// <param name="Epoch">The identity of the data set; changes when the data is wiped.</param>
/// <param name="Offset">0 = before the first entry.</param>
/// <param name="Check">0 at offset 0.</param>
public readonly record struct StreamPosition(long Epoch, long Offset, uint Check)
{
    /// <summary>The epoch as it is written on the wire: 16 hexadecimal digits.</summary>
    public static string WireEpoch(long epoch) => epoch.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>The fingerprint behind an entry, from the one before it (FNV-1a, 32 bits, over the entry's id).</summary>
    public static uint NextCheck(uint previous, string entryId)
    {
        const uint prime = 16777619;
        var hash = previous ^ 2166136261;
        foreach (var character in entryId)
        {
            hash = (hash ^ (byte)character) * prime;
            hash = (hash ^ (byte)(character >> 8)) * prime;
        }

        return hash;
    }
}

/// <summary>Where a stream stands.</summary>
/// <param name="Stream">Its name on the wire, for example <c>order:o-17</c>.</param>
/// <param name="Epoch">Changes when the data was wiped; 16 hexadecimal digits.</param>
/// <param name="Offset">The offset of its newest entry; 0 when it has none.</param>
/// <param name="Cursor">Resumes the stream behind that entry.</param>
public sealed record StreamState(string Stream, string Epoch, long Offset, string Cursor);
