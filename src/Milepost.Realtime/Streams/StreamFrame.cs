using System.Buffers;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Streams;

/// <summary>
/// An entry encoded once for all who listen: the JSON object without its end, to which each connection adds its own stream label and
/// cursor.
/// </summary>
public sealed class StreamFrame
{
    // By audience, without staff. Made when the first of them is to see it; two who come at once make the same.
    private byte[]?[]? _views;

    private StreamFrame(long offset, uint check, byte[] body)
    {
        Offset = offset;
        Check = check;
        Body = body;
    }

    public long Offset { get; }

    public uint Check { get; }

    /// <summary><c>{"type":...,"offset":...,"id":...,"time":...,"data":{...}</c> in UTF-8.</summary>
    public byte[] Body { get; }

    /// <summary>What this audience is shown.</summary>
    public byte[] BodyFor(Audience audience, StreamName stream, IEntryViews views) =>
        audience == Audience.Staff ? Body : (_views ??= new byte[]?[2])[(int)audience - 1] ??= views.Of(stream, Body, audience);

    /// <summary>Says beforehand what an audience is shown.</summary>
    public StreamFrame WithView(Audience audience, byte[] body)
    {
        (_views ??= new byte[]?[2])[(int)audience - 1] = body;
        return this;
    }

    /// <summary>One that another node has encoded.</summary>
    internal static StreamFrame Encoded(long offset, uint check, byte[] body) => new(offset, check, body);

    public static StreamFrame Encode(long offset, uint check, string type, string id, DateTimeOffset time, ReadOnlySpan<byte> data)
    {
        var buffer = new ArrayBufferWriter<byte>(data.Length + type.Length + id.Length + 96);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            writer.WriteNumber("offset"u8, offset);
            writer.WriteString("id"u8, id);
            writer.WriteString("time"u8, Rfc3339.Format(time));
            writer.WritePropertyName("data"u8);
            writer.WriteRawValue(data, skipInputValidation: true);
        }

        return new StreamFrame(offset, check, buffer.WrittenSpan.ToArray());
    }
}
