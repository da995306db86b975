using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Milepost.Realtime.Transports;

namespace Milepost.Realtime.Tests.Transports;

/// <summary>Frames as a client writes them, right or wrong.</summary>
internal static class ClientBytes
{
    private static readonly byte[] Mask = [0x37, 0xfa, 0x21, 0x3d];

    public static byte[] Text(string text, bool final = true) => Frame(WebSocketOpcode.Text, Encoding.UTF8.GetBytes(text), final);

    public static byte[] Continue(string text, bool final) => Frame(WebSocketOpcode.Continuation, Encoding.UTF8.GetBytes(text), final);

    public static byte[] Ping(int length = 0) => Frame(WebSocketOpcode.Ping, new byte[length]);

    public static byte[] Close(int code, params byte[] reason)
    {
        var payload = new byte[2 + reason.Length];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        reason.CopyTo(payload, 2);
        return Frame(WebSocketOpcode.Close, payload);
    }

    /// <param name="opcode">Also unknown ones.</param>
    /// <param name="payload">Before masking.</param>
    /// <param name="final">The FIN bit.</param>
    /// <param name="reserved">RSV1-3 as the bits 0x70.</param>
    /// <param name="masked">What a client must do.</param>
    /// <param name="lengthBytes">0, 2 or 8; null: as short as it can be.</param>
    public static byte[] Frame(WebSocketOpcode opcode, byte[] payload, bool final = true, int reserved = 0, bool masked = true, int? lengthBytes = null)
    {
        var size = lengthBytes ?? (payload.Length < 126 ? 0 : payload.Length <= ushort.MaxValue ? 2 : 8);
        var frame = new ArrayBufferWriter<byte>();
        frame.Write([(byte)((final ? 0x80 : 0) | reserved | (byte)opcode), (byte)((masked ? 0x80 : 0) | size switch { 0 => payload.Length, 2 => 126, _ => 127 })]);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(length, (ulong)payload.Length);
        frame.Write(length[(8 - size)..]);
        if (masked)
        {
            frame.Write(Mask);
            payload = [.. payload.Select((value, index) => (byte)(value ^ Mask[index % 4]))];
        }

        frame.Write(payload);
        return frame.WrittenSpan.ToArray();
    }
}
