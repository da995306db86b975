using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Realtime.Tests.Sessions;

public sealed class SinceTextTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Absent_means_from_now(string? text)
    {
        SinceText.TryParse(text, out var since).ShouldBeTrue();
        since.For("order:a").ShouldBe(Since.Latest.Instance);
    }

    [Fact]
    public void Earliest_means_everything()
    {
        SinceText.TryParse("earliest", out var since).ShouldBeTrue();
        since.For("order:a").ShouldBe(Since.Earliest.Instance);
    }

    [Fact]
    public void A_cursor_means_behind_it_and_from_now_for_streams_that_it_does_not_mention()
    {
        SinceText.TryParse(Cursor.Encode(7, [new CursorEntry("order:a", 4, 11)]), out var since).ShouldBeTrue();
        since.For("order:a").ShouldBe(new Since.Behind(new StreamPosition(7, 4, 11)));
        since.For("order:b").ShouldBe(Since.Latest.Instance);
    }

    [Theory]
    [InlineData("Earliest")]
    [InlineData("now")]
    [InlineData("0")]
    [InlineData("AAAA")]
    [InlineData("AQ==")]
    [InlineData("!")]
    public void Anything_else_is_refused(string text) => SinceText.TryParse(text, out _).ShouldBeFalse();
}
