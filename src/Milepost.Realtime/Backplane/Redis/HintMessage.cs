using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>
/// What nodes tell each other of a stream, all numbers little-endian.
/// Version 1, an entry: version (1 byte), sending node (8), offset (8), fingerprint (4), and the frame's body; without a body the entry is to be
/// read from the log. Version 2, a live frame: version (1), sending node (8), offset that it was judged at (8), moment (8), and for staff, customer
/// and guest each a length (4; -1: nothing for them) and the body.
/// </summary>
/// <param name="Node">Who sent it.</param>
/// <param name="Offset">The entry's.</param>
/// <param name="Frame">The entry, if it is in the message.</param>
/// <param name="Live">Something live instead of an entry.</param>
internal sealed record HintMessage(ulong Node, long Offset, StreamFrame? Frame, LiveFrame? Live)
{
    public const int HeaderLength = 21;

    /// <summary>Bodies above this go without: Redis would copy them to each node, whether it is behind or not.</summary>
    public const int BodyLimit = 32 * 1024;

    private const byte EntryVersion = 1;
    private const byte LiveVersion = 2;
    private const int LiveHeaderLength = 25;
    private static readonly Audience[] Audiences = Enum.GetValues<Audience>();

    /// <summary>
    /// The channel of a stream. It names the data set, so that two installations on one Redis do not hear each other; a tenant holds no colon,
    /// so that no two streams share a channel.
    /// </summary>
    public static string Channel(long epoch, StreamName stream) => $"milepost:{StreamPosition.WireEpoch(epoch)}:{stream.Tenant}:{stream.Label}";

    public static byte[] Encode(ulong node, StreamFrame frame)
    {
        ReadOnlySpan<byte> body = frame.Body.Length <= BodyLimit ? frame.Body : [];
        var message = new byte[HeaderLength + body.Length];
        message[0] = EntryVersion;
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(1), node);
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(9), frame.Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(17), frame.Check);
        body.CopyTo(message.AsSpan(HeaderLength));
        return message;
    }

    public static byte[] Encode(ulong node, LiveFrame frame)
    {
        var message = new byte[LiveHeaderLength + Audiences.Sum(audience => sizeof(int) + (frame.BodyFor(audience)?.Length ?? 0))];
        message[0] = LiveVersion;
        BinaryPrimitives.WriteUInt64LittleEndian(message.AsSpan(1), node);
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(9), frame.AsOf);
        BinaryPrimitives.WriteInt64LittleEndian(message.AsSpan(17), frame.Moment);
        var rest = message.AsSpan(LiveHeaderLength);
        foreach (var audience in Audiences)
        {
            var body = frame.BodyFor(audience);
            BinaryPrimitives.WriteInt32LittleEndian(rest, body?.Length ?? -1);
            body.CopyTo(rest[sizeof(int)..]);
            rest = rest[(sizeof(int) + (body?.Length ?? 0))..];
        }

        return message;
    }

    /// <summary>False: not a hint that this version understands.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, [NotNullWhen(true)] out HintMessage? hint)
    {
        hint = message switch
        {
            [EntryVersion, ..] when message.Length >= HeaderLength => Entry(message),
            [LiveVersion, ..] when message.Length >= LiveHeaderLength => LiveOf(message),
            _ => null,
        };
        return hint is not null;
    }

    private static HintMessage? Entry(ReadOnlySpan<byte> message)
    {
        var offset = BinaryPrimitives.ReadInt64LittleEndian(message[9..]);
        var body = message[HeaderLength..];
        var frame = body.IsEmpty ? null : StreamFrame.Encoded(offset, BinaryPrimitives.ReadUInt32LittleEndian(message[17..]), body.ToArray());
        return offset > 0 ? new HintMessage(NodeOf(message), offset, frame, null) : null;
    }

    private static HintMessage? LiveOf(ReadOnlySpan<byte> message)
    {
        var bodies = new byte[]?[Audiences.Length];
        var rest = message[LiveHeaderLength..];
        for (var index = 0; index < bodies.Length; index++)
        {
            if (rest.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(rest) is var length && (length < -1 || length > rest.Length - sizeof(int)))
            {
                return null;
            }

            rest = rest[sizeof(int)..];
            bodies[index] = length < 0 ? null : rest[..length].ToArray();
            rest = rest[Math.Max(length, 0)..];
        }

        var asOf = BinaryPrimitives.ReadInt64LittleEndian(message[9..]);
        var frame = new LiveFrame(asOf, BinaryPrimitives.ReadInt64LittleEndian(message[17..]), bodies[0], bodies[1], bodies[2]);
        return asOf < 0 || !rest.IsEmpty ? null : new HintMessage(NodeOf(message), asOf, null, frame);
    }

    private static ulong NodeOf(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt64LittleEndian(message[1..]);
}
