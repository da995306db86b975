using Milepost.Server.Channels.Sms;

namespace Milepost.Channels.Tests.Sms;

public sealed class SmsTextTests
{
    [Theory]
    [InlineData("a", 0, 1)]
    [InlineData("a", 1, 1)]
    [InlineData("a", 160, 1)]
    [InlineData("a", 161, 2)]
    [InlineData("a", 306, 2)]
    [InlineData("a", 307, 3)]
    [InlineData("\u20ac", 80, 1)] // two septets each
    [InlineData("\u20ac", 81, 2)]
    [InlineData("\u20ac", 152, 2)] // 76 in each of 153: the escape and its letter stay together
    [InlineData("\u20ac", 153, 3)]
    [InlineData("\u6f22", 70, 1)]
    [InlineData("\u6f22", 71, 2)]
    [InlineData("\u6f22", 134, 2)]
    [InlineData("\u6f22", 135, 3)]
    [InlineData("\ud83d\ude00", 35, 1)] // two units each
    [InlineData("\ud83d\ude00", 36, 2)]
    [InlineData("\ud83d\ude00", 66, 2)] // 33 in each of 67: a pair is not torn apart
    [InlineData("\ud83d\ude00", 67, 3)]
    public void Texts_cost_what_their_alphabet_says(string letter, int times, int segments) =>
        SmsSegments.Count(string.Concat(Enumerable.Repeat(letter, times))).ShouldBe(segments);

    [Fact]
    public void A_pair_at_the_boundary_goes_into_the_next_segment()
    {
        // 66 units, then a pair that would be units 67 and 68; together with the rest 134 units, which unpaired would fit into two segments of 67.
        SmsSegments.Count(new string('\u6f22', 66) + "\ud83d\ude00" + new string('\u6f22', 66)).ShouldBe(3);
        SmsSegments.Count(new string('\u6f22', 65) + "\ud83d\ude00" + new string('\u6f22', 67)).ShouldBe(2);
        SmsSegments.Count(new string('a', 152) + "\u20ac" + new string('a', 152)).ShouldBe(3);
    }

    [Fact]
    public void The_alphabet_is_that_of_the_specification()
    {
        // 3GPP TS 23.038, 6.2.1: 127 characters and the escape; 6.2.1.1: ten more behind it.
        Enumerable.Range(0, char.MaxValue + 1).Count(letter => SmsSegments.IsGsm([(char)letter])).ShouldBe(127 + 10);
        SmsSegments.IsGsm("@\u00a3\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8\u03a3\u0398\u039e\u00c6\u00e6\u00df\u00c9\u00a4\u00a1\u00c4\u00d6\u00d1\u00dc\u00a7\u00bf\u00e4\u00f6\u00f1\u00fc\u00e0\f^{}\\[~]|\u20ac").ShouldBeTrue();
        foreach (var foreign in "\u00e7`\u00c0\u00e2\t\u2019\u0391\u0410")
        {
            SmsSegments.IsGsm([foreign]).ShouldBeFalse($"U+{(int)foreign:x4}");
        }
    }

    [Theory]
    [InlineData("plain [x] \u20ac", "plain [x] \u20ac")]
    [InlineData("\u201cIt\u2019s here\u201d \u2013 12\u00a0\u20ac\u2026", "\"It's here\" - 12 \u20ac...")]
    [InlineData("\u201eda\u201c \u00abici\u00bb", "\"da\" \"ici\"")]
    [InlineData("a\u00ad\u200bb", "ab")]
    [InlineData("It\u2019s \u6f22", "It\u2019s \u6f22")] // UCS-2 all the same: nothing is saved
    [InlineData("gar\u00e7on\u2019s", "gar\u00e7on\u2019s")]
    public void Typographic_characters_become_plain_where_that_saves_something(string text, string written)
    {
        SmsWriting.Plain(text).ShouldBe(written);
        SmsSegments.Count(SmsWriting.Plain(text)).ShouldBeLessThanOrEqualTo(SmsSegments.Count(text));
    }

    [Theory]
    [InlineData("+4915112345678", true)]
    [InlineData("+1212555", true)]
    [InlineData("+123456789012345", true)]
    [InlineData("+1234567890123456", false)]
    [InlineData("+121255", false)]
    [InlineData("+0491511234567", false)]
    [InlineData("4915112345678", false)]
    [InlineData("+49 151 1234567", false)]
    [InlineData("+49\u0661\u0662\u0663\u0664\u0665\u0666\u0667", false)] // digits, but not ASCII
    [InlineData("+4915112345678\n", false)]
    [InlineData("", false)]
    public void Numbers_are_e164(string number, bool expected) => CallingCodes.IsNumber(number).ShouldBe(expected);

    [Theory]
    [InlineData("", "+4915112345678", true)]
    [InlineData("49", "+4915112345678", true)]
    [InlineData("49 1", "+33612345678", false)]
    [InlineData("1 -1242", "+12125550123", true)]
    [InlineData("1 -1242", "+12425550123", false)]
    [InlineData("-1242", "+12425550123", false)]
    [InlineData("-1242", "+12125550123", true)]
    [InlineData("-7 77", "+77012345678", true)] // the longest decides, not the first
    [InlineData("77 -7", "+79012345678", false)]
    [InlineData("49 -49", "+4915112345678", false)] // of two alike the exclusion
    public void The_longest_entry_decides_where_sms_may_go(string entries, string number, bool expected) =>
        CallingCodes.Allow(entries.Split(' ', StringSplitOptions.RemoveEmptyEntries), number).ShouldBe(expected);

    [Theory]
    [InlineData("49", true)]
    [InlineData("-1242", true)]
    [InlineData("+49", false)]
    [InlineData("0049", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("DE", false)]
    public void Entries_are_first_digits(string? entry, bool expected) => CallingCodes.IsEntry(entry).ShouldBe(expected);
}
