using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Milepost.Protocol.Streams;

/// <summary>One stream's part of a <see cref="Cursor"/>.</summary>
public readonly record struct CursorEntry(string Stream, long Offset, uint Check);

/// <summary>
/// The position of a whole connection: every stream it follows with the offset behind which it stands. Opaque to clients; the same
/// text resumes on every transport (<c>?since=</c>, <c>Last-Event-ID</c>, <c>subscribe.since</c>). It grants nothing: what a caller
/// may read is decided by the credentials alone, so it is not signed.
/// Layout before base64url: version (1), epoch (8 bytes, big endian), then per stream: name length (varint), name (UTF-8), offset
/// (varint), check (4 bytes, big endian).
/// </summary>
public sealed record Cursor(long Epoch, IReadOnlyList<CursorEntry> Entries)
{
    private const byte Version = 1;

    /// <summary>The longest accepted text.</summary>
    public const int MaxLength = 12 * 1024;

    public static string Encode(long epoch, ReadOnlySpan<CursorEntry> entries)
    {
        var size = 9;
        foreach (var entry in entries)
        {
            size += 5 + 10 + 4 + Encoding.UTF8.GetMaxByteCount(entry.Stream.Length);
        }

        var rented = size <= 512 ? null : ArrayPool<byte>.Shared.Rent(size);
        var buffer = rented ?? stackalloc byte[512];
        buffer[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(buffer[1..], epoch);
        var at = 9;
        foreach (var entry in entries)
        {
            at += WriteVarint(buffer[at..], (ulong)Encoding.UTF8.GetByteCount(entry.Stream));
            at += Encoding.UTF8.GetBytes(entry.Stream, buffer[at..]);
            at += WriteVarint(buffer[at..], (ulong)entry.Offset);
            BinaryPrimitives.WriteUInt32BigEndian(buffer[at..], entry.Check);
            at += 4;
        }

        var text = Base64Url.EncodeToString(buffer[..at]);
        if (rented is not null)
        {
            ArrayPool<byte>.Shared.Return(rented);
        }

        return text;
    }

    public override string ToString() => Encode(Epoch, [.. Entries]);

    /// <summary>Reads a cursor. False means that the text is not one of ours; a later position than the data has is not judged here.</summary>
    public static bool TryParse(string? text, out Cursor cursor)
    {
        cursor = new Cursor(0, []);
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength || !Base64Url.IsValid(text))
        {
            return false;
        }

        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length < 9 || bytes[0] != Version)
        {
            return false;
        }

        var epoch = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        var rest = bytes[9..];
        var entries = new List<CursorEntry>();
        while (!rest.IsEmpty)
        {
            if (!TryReadVarint(ref rest, out var length) || length > (ulong)rest.Length)
            {
                return false;
            }

            var name = Encoding.UTF8.GetString(rest[..(int)length]);
            rest = rest[(int)length..];
            if (!TryReadVarint(ref rest, out var offset) || offset > long.MaxValue || rest.Length < 4)
            {
                return false;
            }

            entries.Add(new CursorEntry(name, (long)offset, BinaryPrimitives.ReadUInt32BigEndian(rest)));
            rest = rest[4..];
        }

        cursor = new Cursor(epoch, entries);
        return true;
    }

    /// <summary>The position of one stream, or null when the cursor does not speak of it.</summary>
    public StreamPosition? PositionOf(string stream)
    {
        foreach (var entry in Entries)
        {
            if (entry.Stream == stream)
            {
                return new StreamPosition(Epoch, entry.Offset, entry.Check);
            }
        }

        return null;
    }

    private static int WriteVarint(Span<byte> target, ulong value)
    {
        var written = 0;
        while (value >= 0x80)
        {
            target[written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[written++] = (byte)value;
        return written;
    }

    private static bool TryReadVarint(ref ReadOnlySpan<byte> source, out ulong value)
    {
        value = 0;
        for (var index = 0; index < source.Length && index < 10; index++)
        {
            value |= (ulong)(source[index] & 0x7f) << (7 * index);
            if (source[index] < 0x80)
            {
                source = source[(index + 1)..];
                return true;
            }
        }

        return false;
    }
}
