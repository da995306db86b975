using System.Buffers;
using System.Text.Json;
using Milepost.Protocol;

namespace Milepost.Realtime.Streams;

/// <summary>
/// An entry encoded once for all who listen: the JSON object without its end, to which each connection adds its own stream label and
/// cursor.
/// </summary>
public sealed class StreamFrame
{
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
