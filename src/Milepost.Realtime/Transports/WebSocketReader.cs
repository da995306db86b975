using System.Buffers;
using System.Buffers.Binary;
using System.Text.Unicode;

namespace Milepost.Realtime.Transports;

/// <summary>What came in over a WebSocket.</summary>
internal enum WebSocketEventKind
{
    /// <summary>More bytes are needed.</summary>
    None,

    /// <summary>A whole text message, valid UTF-8.</summary>
    Message,

    /// <summary>A part of a message; the rest is still to come.</summary>
    Fragment,
    Ping,
    Pong,

    /// <summary>The other end closes; the payload is its close frame's.</summary>
    Close,

    /// <summary>The other end broke the protocol; see the close code.</summary>
    Violation,
}

internal readonly record struct WebSocketEvent(WebSocketEventKind Kind, byte[] Payload, int CloseCode = 0, string Reason = "");

/// <summary>
/// Reads a client's frames (RFC 6455, 5): masked, possibly fragmented, control frames in between. Holds no buffer while there is no
/// unfinished message. Everything that the RFC forbids ends the connection with the code it names.
/// </summary>
internal sealed class WebSocketReader(int maxMessageBytes)
{
    private ArrayBufferWriter<byte>? _fragments;

    /// <summary>Takes one frame from the front of <paramref name="buffer"/>, which is moved behind it.</summary>
    public WebSocketEvent Read(ref ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[14];
        var available = (int)Math.Min(14, buffer.Length);
        buffer.Slice(0, available).CopyTo(header);
        if (available < 2)
        {
            return default;
        }

        var opcode = (WebSocketOpcode)(header[0] & 0x0f);
        var final = (header[0] & 0x80) != 0;
        var violation = CheckHeader(header[0], header[1], opcode, final);
        if (violation is not null)
        {
            return Violation(1002, violation);
        }

        var (lengthBytes, length) = Length(header, available);
        if (length < 0)
        {
            return lengthBytes == 0 ? default : Violation(1002, "bad length");
        }

        // Control frames (bounded by CheckHeader) may come between the fragments of a message and are no part of it.
        if (opcode < WebSocketOpcode.Close && length + (_fragments?.WrittenCount ?? 0) > maxMessageBytes)
        {
            return Violation(1009, "message too big");
        }

        var headerBytes = 2 + lengthBytes + 4;
        if (buffer.Length < headerBytes + length)
        {
            return default;
        }

        var payload = buffer.Slice(headerBytes, length).ToArray();
        Unmask(payload, header.Slice(2 + lengthBytes, 4));
        buffer = buffer.Slice(headerBytes + length);
        return Accept(opcode, final, payload);
    }

    private string? CheckHeader(byte first, byte second, WebSocketOpcode opcode, bool final)
    {
        if ((first & 0x70) != 0)
        {
            return "reserved bits";
        }

        if ((second & 0x80) == 0)
        {
            return "not masked";
        }

        return opcode switch
        {
            WebSocketOpcode.Continuation => _fragments is null ? "nothing to continue" : null,
            WebSocketOpcode.Text or WebSocketOpcode.Binary => _fragments is null ? null : "message within a message",
            WebSocketOpcode.Close or WebSocketOpcode.Ping or WebSocketOpcode.Pong => final && (second & 0x7f) <= 125 ? null : "bad control frame",
            _ => "unknown opcode",
        };
    }

    /// <summary>The extra length bytes and the payload's length; (0, -1) when more bytes are needed, (n, -1) when it is not allowed.</summary>
    private static (int Bytes, long Length) Length(ReadOnlySpan<byte> header, int available)
    {
        var length = header[1] & 0x7f;
        switch (length)
        {
            case 126 when available < 4:
            case 127 when available < 10:
                return (0, -1);
            case 126:
                var medium = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
                return (2, medium < 126 ? -1 : medium);
            case 127:
                var large = BinaryPrimitives.ReadInt64BigEndian(header[2..]);
                return (8, large <= ushort.MaxValue ? -1 : large);
            default:
                return (0, length);
        }
    }

    private WebSocketEvent Accept(WebSocketOpcode opcode, bool final, byte[] payload)
    {
        switch (opcode)
        {
            case WebSocketOpcode.Ping:
                return new WebSocketEvent(WebSocketEventKind.Ping, payload);
            case WebSocketOpcode.Pong:
                return new WebSocketEvent(WebSocketEventKind.Pong, payload);
            case WebSocketOpcode.Close:
                return AcceptClose(payload);
            case WebSocketOpcode.Binary:
                return Violation(1003, "text messages only");
            default:
                break;
        }

        if (!final)
        {
            // Empty ones are allowed. In great number they are an attack: they count as frames, whose rate is limited.
            (_fragments ??= new ArrayBufferWriter<byte>()).Write(payload);
            return new WebSocketEvent(WebSocketEventKind.Fragment, []);
        }

        if (_fragments is not null)
        {
            _fragments.Write(payload);
            payload = _fragments.WrittenSpan.ToArray();
            _fragments = null;
        }

        return Utf8.IsValid(payload) ? new WebSocketEvent(WebSocketEventKind.Message, payload) : Violation(1007, "not UTF-8");
    }

    private static WebSocketEvent AcceptClose(byte[] payload)
    {
        if (payload.Length == 0)
        {
            return new WebSocketEvent(WebSocketEventKind.Close, payload);
        }

        if (payload.Length == 1 || !IsValidCode(BinaryPrimitives.ReadUInt16BigEndian(payload)))
        {
            return Violation(1002, "bad close frame");
        }

        return Utf8.IsValid(payload.AsSpan(2)) ? new WebSocketEvent(WebSocketEventKind.Close, payload) : Violation(1007, "not UTF-8");
    }

    /// <summary>RFC 6455, 7.4, and the IANA registry: codes that an endpoint may send.</summary>
    private static bool IsValidCode(int code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);

    private static void Unmask(Span<byte> payload, ReadOnlySpan<byte> mask)
    {
        var key = BinaryPrimitives.ReadUInt64LittleEndian([mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3]]);
        var at = 0;
        for (; at + 8 <= payload.Length; at += 8)
        {
            var block = payload[at..];
            BinaryPrimitives.WriteUInt64LittleEndian(block, BinaryPrimitives.ReadUInt64LittleEndian(block) ^ key);
        }

        for (; at < payload.Length; at++)
        {
            payload[at] ^= mask[at & 3];
        }
    }

    private static WebSocketEvent Violation(int code, string reason) => new(WebSocketEventKind.Violation, [], code, reason);
}
