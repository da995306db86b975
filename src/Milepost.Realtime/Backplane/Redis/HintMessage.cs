using System.Buffers.Binary;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>
/// A hint as Redis carries it: version (1 byte), sending node (8), offset (8), fingerprint (4), all little-endian, and the frame's body.
/// Without a body the entry is to be read from the log.
/// </summary>
internal static class HintMessage
{
    public const int HeaderLength = 21;

    /// <summary>Bodies above this go without: Redis would copy them to each node, whether it is behind or not.</summary>
    public const int BodyLimit = 32 * 1024;

    private const byte Version = 1;

    /// <summary>
    /// The channel of a stream. It names the data set, so that two installations on one Redis do not hear each other; a tenant holds no colon,
    /// so that no two streams share a channel.
    /// </summary>
    public static string Channel(long epoch, StreamName stream) => $"milepost:{StreamPosition.WireEpoch(epoch)}:{stream.Tenant}:{stream.Label}";

    public static byte[] Encode(ulong node, StreamFrame frame)
    {
        ReadOnlySpan<byte> body = frame.Body.Length <= BodyLimit ? frame.Body : [];
        var message = new byte[HeaderLength + body.Length];
        message[0] = Version;
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(1), node);
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(9), frame.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(17), frame.Check);
        body.CopyTo(message.AsSpan(HeaderLength));
        return message;
    }

    /// <summary>False: not a hint that this version understands.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out ulong node, out long offset, out StreamFrame? frame)
    {
        (node, offset, frame) = (0, 0, null);
        if (message.Length < HeaderLength || message[0] != Version)
        {
            return false;
        }

        node = BinaryPrimitives.ReadUInt64LittleEndian(message[1..]);
        offset = BinaryPrimitives.ReadInt64LittleEndian(message[9..]);
        var body = message[HeaderLength..];
        frame = body.IsEmpty ? null : StreamFrame.Encoded(offset, BinaryPrimitives.ReadUInt32LittleEndian(message[17..]), body.ToArray());
        return offset > 0;
    }
}
