using System.Buffers;
using System.Text;
using Milepost.Realtime.Transports;

namespace Milepost.Realtime.Tests.Transports;

/// <summary>The categories of the Autobahn test suite, as bytes.</summary>
public sealed class WebSocketReaderTests
{
    private const int Limit = 64 * 1024;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(65535)]
    [InlineData(65536)]
    public void A_message_of_any_length_up_to_the_limit_is_read(int length)
    {
        var text = new string('*', length);
        Read(ClientBytes.Text(text)).ShouldBe([$"Message {text}"]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(125)]
    public void A_ping_keeps_its_payload(int length) => Read(ClientBytes.Ping(length)).ShouldBe([$"Ping {new string('\0', length)}"]);

    [Fact]
    public void Frames_in_one_packet_are_read_one_after_the_other() =>
        Read([.. ClientBytes.Text("a"), .. ClientBytes.Ping(), .. ClientBytes.Frame(WebSocketOpcode.Pong, []), .. ClientBytes.Text("b")])
            .ShouldBe(["Message a", "Ping ", "Pong ", "Message b"]);

    [Fact]
    public void A_message_over_the_limit_is_1009() => Read(ClientBytes.Text(new string('*', Limit + 1))).ShouldBe(["Violation 1009"]);

    [Fact]
    public void A_message_over_the_limit_is_refused_before_it_has_arrived() =>
        Read(ClientBytes.Text(new string('*', Limit + 1))[..10]).ShouldBe(["Violation 1009"]);

    [Fact]
    public void Fragments_over_the_limit_together_are_1009() =>
        Read([.. ClientBytes.Text(new string('*', Limit), final: false), .. ClientBytes.Continue("*", final: true)]).ShouldBe(["Fragment ", "Violation 1009"]);

    [Fact]
    public void A_ping_within_a_message_at_the_limit_is_no_part_of_it() =>
        Read([.. ClientBytes.Text(new string('*', Limit), final: false), .. ClientBytes.Ping(125), .. ClientBytes.Continue("", final: true)])
            .ShouldBe(["Fragment ", $"Ping {new string('\0', 125)}", $"Message {new string('*', Limit)}"]);

    [Fact]
    public void A_binary_message_is_1003() => Read(ClientBytes.Frame(WebSocketOpcode.Binary, [1, 2])).ShouldBe(["Violation 1003"]);

    [Theory]
    [InlineData(0x40)]
    [InlineData(0x20)]
    [InlineData(0x10)]
    [InlineData(0x70)]
    public void Reserved_bits_are_1002(int bits) => Read(ClientBytes.Frame(WebSocketOpcode.Text, [65], reserved: bits)).ShouldBe(["Violation 1002"]);

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    public void Unknown_opcodes_are_1002(int opcode) => Read(ClientBytes.Frame((WebSocketOpcode)opcode, [])).ShouldBe(["Violation 1002"]);

    [Fact]
    public void An_unmasked_frame_is_1002() => Read(ClientBytes.Frame(WebSocketOpcode.Text, [65], masked: false)).ShouldBe(["Violation 1002"]);

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Control_frames_are_neither_fragmented_nor_long(int opcode)
    {
        Read(ClientBytes.Frame((WebSocketOpcode)opcode, [], final: false)).ShouldBe(["Violation 1002"]);
        Read(ClientBytes.Frame((WebSocketOpcode)opcode, new byte[126])).ShouldBe(["Violation 1002"]);
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(125, 2)]
    [InlineData(5, 8)]
    [InlineData(65535, 8)]
    public void A_length_that_is_not_written_as_short_as_it_can_be_is_1002(int length, int lengthBytes) =>
        Read(ClientBytes.Frame(WebSocketOpcode.Text, new byte[length], lengthBytes: lengthBytes)).ShouldBe(["Violation 1002"]);

    [Fact]
    public void A_negative_length_is_1002() => Read([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4]).ShouldBe(["Violation 1002"]);

    [Fact]
    public void Fragments_make_one_message_with_control_frames_in_between() =>
        Read([.. ClientBytes.Text("fra", final: false), .. ClientBytes.Ping(), .. ClientBytes.Continue("gmen", final: false), .. ClientBytes.Ping(), .. ClientBytes.Continue("ts", final: true), .. ClientBytes.Text("next")])
            .ShouldBe(["Fragment ", "Ping ", "Fragment ", "Ping ", "Message fragments", "Message next"]);

    [Fact]
    public void Empty_fragments_are_allowed() =>
        Read([.. ClientBytes.Text("", final: false), .. ClientBytes.Continue("", final: false), .. ClientBytes.Continue("", final: true)])
            .ShouldBe(["Fragment ", "Fragment ", "Message "]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_continuation_of_nothing_is_1002(bool final) => Read(ClientBytes.Continue("x", final)).ShouldBe(["Violation 1002"]);

    [Fact]
    public void A_continuation_behind_the_end_of_a_message_is_1002() =>
        Read([.. ClientBytes.Text("a", final: false), .. ClientBytes.Continue("b", final: true), .. ClientBytes.Continue("c", final: true)])
            .ShouldBe(["Fragment ", "Message ab", "Violation 1002"]);

    [Fact]
    public void A_message_within_a_message_is_1002() =>
        Read([.. ClientBytes.Text("a", final: false), .. ClientBytes.Text("b")]).ShouldBe(["Fragment ", "Violation 1002"]);

    [Theory]
    [InlineData("κόσμε")]
    [InlineData("\ud7ff\ue000\ufffd")]
    [InlineData("\U0001f600\U0010ffff")]
    public void Utf8_is_read_also_when_a_character_is_split_between_fragments(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at <= bytes.Length; at++)
        {
            Read([.. ClientBytes.Frame(WebSocketOpcode.Text, bytes[..at], final: false), .. ClientBytes.Frame(WebSocketOpcode.Continuation, bytes[at..])])
                .ShouldBe(["Fragment ", $"Message {text}"]);
        }
    }

    [Theory]
    [InlineData("c080")]
    [InlineData("cebae1bdb9cf83cebcceb5eda080656469746564")]
    [InlineData("f4908080")]
    [InlineData("ff")]
    [InlineData("80")]
    [InlineData("e282")]
    [InlineData("edbfbf")]
    public void What_is_not_utf8_is_1007(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Read(ClientBytes.Frame(WebSocketOpcode.Text, bytes)).ShouldBe(["Violation 1007"]);
        Read([.. ClientBytes.Frame(WebSocketOpcode.Text, bytes[..1], final: false), .. ClientBytes.Frame(WebSocketOpcode.Continuation, bytes[1..])])
            .ShouldBe(["Fragment ", "Violation 1007"]);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1002)]
    [InlineData(1003)]
    [InlineData(1007)]
    [InlineData(1008)]
    [InlineData(1009)]
    [InlineData(1010)]
    [InlineData(1011)]
    [InlineData(1014)]
    [InlineData(3000)]
    [InlineData(3999)]
    [InlineData(4000)]
    [InlineData(4999)]
    public void Close_codes_that_may_be_sent_are_taken(int code) => Read(ClientBytes.Close(code, (byte)'b')).ShouldBe([$"Close {code}"]);

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1004)]
    [InlineData(1005)]
    [InlineData(1006)]
    [InlineData(1015)]
    [InlineData(1016)]
    [InlineData(1100)]
    [InlineData(2000)]
    [InlineData(2999)]
    [InlineData(5000)]
    [InlineData(65535)]
    public void Other_close_codes_are_1002(int code) => Read(ClientBytes.Close(code)).ShouldBe(["Violation 1002"]);

    [Fact]
    public void A_close_may_be_empty_but_not_of_one_byte()
    {
        Read(ClientBytes.Frame(WebSocketOpcode.Close, [])).ShouldBe(["Close "]);
        Read(ClientBytes.Frame(WebSocketOpcode.Close, [3])).ShouldBe(["Violation 1002"]);
    }

    [Fact]
    public void A_close_reason_has_up_to_123_bytes_of_utf8()
    {
        Read(ClientBytes.Close(1000, [.. Enumerable.Repeat((byte)'x', 123)])).ShouldBe(["Close 1000"]);
        Read(ClientBytes.Close(1000, 0xce, 0xba, 0xff)).ShouldBe(["Violation 1007"]);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            var bytes = new byte[random.Next(1, 200)];
            random.NextBytes(bytes);
            if (seed % 2 == 0)
            {
                // Mostly valid headers, to get further.
                bytes[0] = (byte)(0x80 | random.Next(11));
                bytes[^1] |= 0x80;
            }

            Read(bytes);
        }
    }

    [Fact]
    public void Mutated_frames_never_throw()
    {
        byte[] valid = [.. ClientBytes.Text("hello", final: false), .. ClientBytes.Ping(3), .. ClientBytes.Continue("κόσμε", final: true), .. ClientBytes.Close(1000, 65)];
        for (var seed = 0; seed < 3000; seed++)
        {
            var random = new Random(seed);
            byte[] bytes = [.. valid];
            bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            Read(bytes);
        }
    }

    /// <summary>Reads the bytes at once, byte by byte, and in random pieces, and demands that all three say the same.</summary>
    private static List<string> Read(byte[] bytes)
    {
        var whole = Read(bytes, () => bytes.Length);
        var random = new Random(bytes.Length);
        Read(bytes, () => random.Next(1, 40)).ShouldBe(whole);
        if (bytes.Length < 1000)
        {
            Read(bytes, () => 1).ShouldBe(whole);
        }

        return whole;
    }

    private static List<string> Read(byte[] bytes, Func<int> step)
    {
        var reader = new WebSocketReader(Limit);
        var events = new List<string>();
        var taken = 0;
        for (var arrived = 0; arrived < bytes.Length;)
        {
            arrived = Math.Min(bytes.Length, arrived + step());
            var buffer = Segmented(bytes.AsMemory(taken, arrived - taken));
            while (true)
            {
                var before = buffer.Length;
                var read = reader.Read(ref buffer);
                if (read.Kind == WebSocketEventKind.None)
                {
                    break;
                }

                taken += (int)(before - buffer.Length);
                events.Add(Describe(read));
                if (read.Kind is WebSocketEventKind.Violation or WebSocketEventKind.Close)
                {
                    return events;
                }
            }
        }

        return events;
    }

    private static string Describe(WebSocketEvent read) => read.Kind switch
    {
        WebSocketEventKind.Violation => $"Violation {read.CloseCode}",
        WebSocketEventKind.Close when read.Payload.Length > 0 => $"Close {(read.Payload[0] << 8) + read.Payload[1]}",
        _ => $"{read.Kind} {Encoding.UTF8.GetString(read.Payload)}",
    };

    /// <summary>The same bytes in two segments, so that headers and masks lie across a boundary.</summary>
    private static ReadOnlySequence<byte> Segmented(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < 2)
        {
            return new ReadOnlySequence<byte>(bytes);
        }

        var cut = Math.Min(bytes.Length / 2, 3);
        var first = new Segment(bytes[..cut], 0);
        var second = first.Append(bytes[cut..]);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index)
        {
            Memory = memory;
            RunningIndex = index;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
