using System.Buffers;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>The bodies of control frames: JSON objects without their end, like <see cref="Streams.StreamFrame.Body"/>.</summary>
internal static class ControlFrames
{
    public static readonly byte[] Pong = Build(FrameTypes.Pong, static _ => { });

    public static byte[] Ready(SubscribeRound round, long epoch) => Build(FrameTypes.Ready, writer =>
    {
        writer.WriteStartArray("streams"u8);
        foreach (var part in round.Parts)
        {
            writer.WriteStartObject();
            writer.WriteString("stream"u8, part.Subscription.Label);
            writer.WriteString("epoch"u8, StreamPosition.WireEpoch(epoch));
            writer.WriteNumber("offset"u8, part.Subscription.Sent);
            writer.WriteNumber("replayed"u8, part.Replayed);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    });

    public static byte[] Reset(string code, string detail) => Build(FrameTypes.Reset, writer =>
    {
        writer.WriteString("code"u8, code);
        writer.WriteString("detail"u8, detail);
    });

    public static byte[] Error(ErrorCode code, string detail, string? stream) => Build(FrameTypes.Error, writer =>
    {
        writer.WriteString("code"u8, code.Code);
        writer.WriteString("detail"u8, detail);
        writer.WriteBoolean("retry"u8, code.Retry);
        if (stream is not null)
        {
            writer.WriteString("stream"u8, stream);
        }
    });

    public static byte[] Expiry(string type, DateTimeOffset expiresAt) =>
        Build(type, writer => writer.WriteString("expiresAt"u8, Rfc3339.Format(expiresAt)));

    public static byte[] Reconnect(TimeSpan after) => Build(FrameTypes.Reconnect, writer => writer.WriteNumber("afterMs"u8, (int)after.TotalMilliseconds));

    private static byte[] Build(string type, Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, type);
            fields(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
