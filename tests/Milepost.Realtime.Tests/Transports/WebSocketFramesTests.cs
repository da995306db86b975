using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Realtime.Streams;
using Milepost.Realtime.Transports;

namespace Milepost.Realtime.Tests.Transports;

public sealed class WebSocketFramesTests
{
    [Theory]
    [InlineData(1, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(127, 4)]
    [InlineData(65535, 4)]
    [InlineData(65536, 10)]
    public void A_frame_is_final_unmasked_text_with_the_shortest_length(int length, int header)
    {
        var output = new ArrayBufferWriter<byte>();
        WebSocketFrames.Instance.Write(output, Encoding.ASCII.GetBytes(new string('x', length - 1)), null, null);

        var written = output.WrittenSpan.ToArray();
        written.Length.ShouldBe(header + length);
        written[0].ShouldBe((byte)0x81);
        (header switch { 2 => written[1], 4 => BinaryPrimitives.ReadUInt16BigEndian(written.AsSpan(2)), _ => BinaryPrimitives.ReadInt64BigEndian(written.AsSpan(2)) }).ShouldBe(length);
        written[^1].ShouldBe((byte)'}');
    }

    [Fact]
    public void Control_frames_have_their_bytes()
    {
        var output = new ArrayBufferWriter<byte>();
        WebSocketFrames.Instance.WriteHeartbeat(output);
        WebSocketFrames.Instance.WritePong(output, [1, 2, 3]);
        WebSocketFrames.Instance.WriteEnd(output, 4100, "draining");

        Convert.ToHexString(output.WrittenSpan).ShouldBe("8900" + "8A03010203" + "880A1004" + Convert.ToHexString("draining"u8));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("order:a", null)]
    [InlineData(null, "AQ")]
    [InlineData("order:a", "AQ")]
    public void Label_and_cursor_become_fields_of_the_frame(string? label, string? cursor)
    {
        var body = StreamFrame.Encode(3, 9, "order.updated", "e\"1", DateTimeOffset.UnixEpoch, "{\"a\":[1]}"u8).Body;
        var text = new byte[FrameText.Length(body, label, cursor)];
        FrameText.Write(text, body, label, cursor);

        using var parsed = JsonDocument.Parse(text);
        Field(parsed, "stream").ShouldBe(label);
        Field(parsed, "cursor").ShouldBe(cursor);
        Field(parsed, "id").ShouldBe("e\"1");
        parsed.RootElement.GetProperty("data").GetRawText().ShouldBe("{\"a\":[1]}");
    }

    [Fact]
    public void Every_control_frame_is_json()
    {
        byte[][] bodies =
        [
            ControlFrames.Pong, ControlFrames.Reset(ResetCodes.EpochChanged, "x"), ControlFrames.Error(ErrorCode.NotFound, "a \"quote\"", "order:\"\n"),
            ControlFrames.Expiry(FrameTypes.TokenExpiring, DateTimeOffset.UnixEpoch), ControlFrames.Reconnect(TimeSpan.FromSeconds(1)), ControlFrames.Ready(new SubscribeRound(), 7),
        ];
        foreach (var body in bodies)
        {
            var text = new byte[FrameText.Length(body, null, "AQ")];
            FrameText.Write(text, body, null, "AQ");
            JsonDocument.Parse(text).RootElement.GetProperty("type").GetString().ShouldNotBeNullOrEmpty();
        }
    }

    private static string? Field(JsonDocument document, string name) => document.RootElement.TryGetProperty(name, out var value) ? value.GetString() : null;
}
