using Milepost.Core.Templates;

namespace Milepost.Channels.Tests.Templates;

public sealed class SmsTextTests
{
    [Theory]
    [InlineData("", 0, true, 0)]
    [InlineData("a", 160, true, 1)]
    [InlineData("a", 161, true, 2)]
    [InlineData("a", 306, true, 2)]
    [InlineData("a", 307, true, 3)]
    [InlineData("€", 80, true, 1)]
    [InlineData("€", 81, true, 2)]
    [InlineData("ä", 160, true, 1)]
    [InlineData("á", 70, false, 1)]
    [InlineData("á", 71, false, 2)]
    [InlineData("😀", 35, false, 1)]
    [InlineData("😀", 36, false, 2)]
    public void A_message_holds_what_the_standard_says(string text, int times, bool isGsm, int segments) =>
        SmsText.Measure(string.Concat(Enumerable.Repeat(text, times))).ShouldBe((isGsm, segments));

    [Fact]
    public void Typographic_characters_become_plain_ones() =>
        SmsText.Simplify("\u201eL\u2019ami\u201c \u2013 5\u00a0\u20ac\u2026").ShouldBe("\"L'ami\" - 5 \u20ac...");
}
