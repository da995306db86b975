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

    public static StreamFrame Encode(long offset, uint check, string type, string id, DateTimeOffset time, ReadOnlySpan<byte> data) =>
        new(offset, check, EncodeBody(type, offset, id, time, data));

    /// <summary>The JSON of a frame without its end.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="offset">Null: it is no entry, but live only.</param>
    /// <param name="id">The entry's id, where it is shown.</param>
    /// <param name="time">When it was recorded, or made.</param>
    /// <param name="data">JSON.</param>
    public static byte[] EncodeBody(string type, long? offset, string? id, DateTimeOffset time, ReadOnlySpan<byte> data)
    {
        var buffer = new ArrayBufferWriter<byte>(data.Length + type.Length + (id?.Length ?? 0) + 96);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            if (offset is { } number)
            {
                writer.WriteNumber("offset"u8, number);
            }

            if (id is not null)
            {
                writer.WriteString("id"u8, id);
            }

            writer.WriteString("time"u8, Rfc3339.Format(time));
            writer.WritePropertyName("data"u8);
            writer.WriteRawValue(data, skipInputValidation: true);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
