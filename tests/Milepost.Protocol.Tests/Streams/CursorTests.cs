using System.Buffers.Text;
using System.Text;
using Milepost.Protocol.Streams;

namespace Milepost.Protocol.Tests.Streams;

public sealed class CursorTests
{
    [Fact]
    public void A_cursor_comes_back_as_it_was_written()
    {
        CursorEntry[] entries =
        [
            new("notifications", 0, 0), new("order:o-17", 1, uint.MaxValue), new("order:" + new string('x', 128), 127, 1), new("customer:c|1", 128, 0x80000000),
            new("order:grün", 16_384, 7), new("order:max", long.MaxValue, 42),
        ];
        foreach (var epoch in (long[])[0, 1, -1, long.MaxValue, long.MinValue])
        {
            Cursor.TryParse(Cursor.Encode(epoch, entries), out var cursor).ShouldBeTrue();
            cursor.Epoch.ShouldBe(epoch);
            cursor.Entries.ShouldBe(entries);
            Cursor.TryParse(cursor.ToString(), out var again).ShouldBeTrue();
            again.Entries.ShouldBe(entries);
        }
    }

    [Fact]
    public void Its_text_needs_no_escaping_in_an_address()
    {
        var text = Cursor.Encode(long.MaxValue, [new("order:?&#/+ %", long.MaxValue, uint.MaxValue)]);
        Uri.EscapeDataString(text).ShouldBe(text);
    }

    [Fact]
    public void A_cursor_over_as_many_streams_as_a_connection_may_follow_can_be_read_again()
    {
        // 60 is the upper end of Gateway:MaxStreams; the labels are as long as labels get.
        CursorEntry[] entries = [.. Enumerable.Range(0, 60).Select(index => new CursorEntry(StreamLabels.Customer($"{index:000}".PadRight(Identifiers.MaxLength, 'x')), long.MaxValue, uint.MaxValue))];
        Cursor.TryParse(Cursor.Encode(long.MaxValue, entries), out var cursor).ShouldBeTrue();
        cursor.Entries.ShouldBe(entries);
    }

    [Fact]
    public void A_position_is_found_by_the_name_of_its_stream()
    {
        Cursor.TryParse(Cursor.Encode(9, [new("notifications", 3, 5), new("order:a", 4, 6)]), out var cursor).ShouldBeTrue();
        cursor.PositionOf("order:a").ShouldBe(new StreamPosition(9, 4, 6));
        cursor.PositionOf("notifications").ShouldBe(new StreamPosition(9, 3, 5));
        cursor.PositionOf("order:A").ShouldBeNull();
        cursor.PositionOf("order:").ShouldBeNull();
    }

    [Fact]
    public void A_cursor_without_streams_names_the_epoch_only()
    {
        Cursor.TryParse(Cursor.Encode(77, []), out var cursor).ShouldBeTrue();
        cursor.Epoch.ShouldBe(77);
        cursor.Entries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("earliest")]
    [InlineData("AQ")]
    [InlineData("not base64!")]
    [InlineData("====")]
    [InlineData("AQAAAAAAAAA\u00e4")]
    public void Other_texts_are_no_cursor(string? text) => Cursor.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Another_version_is_no_cursor()
    {
        var bytes = Base64Url.DecodeFromChars(Cursor.Encode(1, [new("notifications", 1, 1)]));
        bytes[0] = 2;
        Cursor.TryParse(Base64Url.EncodeToString(bytes), out _).ShouldBeFalse();
    }

    [Fact]
    public void The_longest_text_is_read_and_a_longer_one_is_not()
    {
        static string OfLength(int bytes)
        {
            var name = new string('n', bytes - 9 - 2 - 1 - 4);
            return Cursor.Encode(1, [new(name, 1, 1)]);
        }

        var longest = OfLength(Cursor.MaxLength / 4 * 3);
        longest.Length.ShouldBe(Cursor.MaxLength);
        Cursor.TryParse(longest, out _).ShouldBeTrue();
        Cursor.TryParse(OfLength((Cursor.MaxLength / 4 * 3) + 1), out _).ShouldBeFalse();
    }

    [Fact]
    public void No_truncation_is_read_as_something_else()
    {
        var bytes = Base64Url.DecodeFromChars(Cursor.Encode(123_456_789, [new("notifications", 300, 5), new("order:a", 4, 6)]));
        // At the end of an entry a shorter cursor is a cursor of fewer streams; everywhere else it is none.
        int[] whole = [9, 9 + 1 + 13 + 2 + 4];
        for (var length = 0; length < bytes.Length; length++)
        {
            Cursor.TryParse(Base64Url.EncodeToString(bytes.AsSpan(0, length)), out _).ShouldBe(whole.Contains(length), $"{length} bytes");
        }
    }

    [Fact]
    public void No_flipped_bit_and_no_changed_letter_makes_the_reader_throw()
    {
        var text = Cursor.Encode(123_456_789, [new("notifications", 300, 5), new("order:a", 4, 6)]);
        var bytes = Base64Url.DecodeFromChars(text);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Should.NotThrow(() => Cursor.TryParse(Base64Url.EncodeToString(flipped), out _));
        }

        for (var place = 0; place < text.Length; place++)
        {
            foreach (var letter in "A_-9=+/ \n\0\u00e9")
            {
                var changed = new StringBuilder(text) { [place] = letter }.ToString();
                Should.NotThrow(() => Cursor.TryParse(changed, out _), changed);
            }
        }
    }

    [Fact]
    public void No_random_text_makes_the_reader_throw()
    {
        var random = new Random(20261121);
        const string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (var round = 0; round < 20_000; round++)
        {
            var text = "AQ" + new string(random.GetItems<char>(letters, random.Next(0, 80)));
            Should.NotThrow(() => Cursor.TryParse(text, out _), text);
        }
    }

    [Fact]
    public void A_length_or_an_offset_without_end_is_no_cursor()
    {
        byte[] header = [1, 0, 0, 0, 0, 0, 0, 0, 1];
        byte[] endless = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        byte[] huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        Cursor.TryParse(Base64Url.EncodeToString([.. header, .. endless]), out _).ShouldBeFalse();
        Cursor.TryParse(Base64Url.EncodeToString([.. header, .. huge, 1, 1, 1, 1, 1]), out _).ShouldBeFalse();
        Cursor.TryParse(Base64Url.EncodeToString([.. header, 1, (byte)'a', .. endless]), out _).ShouldBeFalse();
        Cursor.TryParse(Base64Url.EncodeToString([.. header, 1, (byte)'a', .. huge, 0, 0, 0, 0]), out _).ShouldBeFalse();
        Cursor.TryParse(Base64Url.EncodeToString([.. header, 1, (byte)'a', 5, 0, 0, 0, 0]), out _).ShouldBeTrue();
    }
}
