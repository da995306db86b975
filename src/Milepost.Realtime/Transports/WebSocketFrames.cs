using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Milepost.Realtime.Transports;

/// <summary>The server's side of RFC 6455 framing: unmasked, unfragmented, without extensions.</summary>
internal sealed class WebSocketFrames : IFrameCodec
{
    public static readonly WebSocketFrames Instance = new();

    private const byte Final = 0x80;

    public void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> body, string? label, string? cursor)
    {
        var length = FrameText.Length(body, label, cursor);
        var header = length < 126 ? 2 : length <= ushort.MaxValue ? 4 : 10;
        var span = output.GetSpan(header + length);
        WriteHeader(span, WebSocketOpcode.Text, length);
        FrameText.Write(span.Slice(header, length), body, label, cursor);
        output.Advance(header + length);
    }

    public void WriteHeartbeat(IBufferWriter<byte> output) => WriteControl(output, WebSocketOpcode.Ping, []);

    public void WritePong(IBufferWriter<byte> output, ReadOnlySpan<byte> payload) => WriteControl(output, WebSocketOpcode.Pong, payload);

    public void WriteEnd(IBufferWriter<byte> output, int code, string reason)
    {
        Span<byte> payload = stackalloc byte[125];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        var length = 2 + Encoding.UTF8.GetBytes(reason, payload[2..]);
        WriteControl(output, WebSocketOpcode.Close, payload[..length]);
    }

    private static void WriteControl(IBufferWriter<byte> output, WebSocketOpcode opcode, ReadOnlySpan<byte> payload)
    {
        var span = output.GetSpan(2 + payload.Length);
        WriteHeader(span, opcode, payload.Length);
        payload.CopyTo(span[2..]);
        output.Advance(2 + payload.Length);
    }

    private static void WriteHeader(Span<byte> target, WebSocketOpcode opcode, int length)
    {
        target[0] = (byte)(Final | (byte)opcode);
        if (length < 126)
        {
            target[1] = (byte)length;
        }
        else if (length <= ushort.MaxValue)
        {
            target[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)length);
        }
        else
        {
            target[1] = 127;
            BinaryPrimitives.WriteUInt64BigEndian(target[2..], (ulong)length);
        }
    }
}

internal enum WebSocketOpcode : byte
{
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Close = 8,
    Ping = 9,
    Pong = 10,
}
