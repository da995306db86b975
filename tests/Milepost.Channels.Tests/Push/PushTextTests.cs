using System.Globalization;
using System.Text;
using Milepost.Server.Channels.Push;

namespace Milepost.Channels.Tests.Push;

public sealed class PushTextTests
{
    [Fact]
    public void What_fits_is_left_as_it_is() => Fit("title", "text", 100).ShouldBe("title|text");

    [Fact]
    public void The_text_is_shortened_before_the_title()
    {
        Fit("title", new string('x', 100), 20).ShouldBe("title|xxxxxxxxxxx…");
        Fit("a long title", "text", 8).ShouldBe("a lo…|");
    }

    [Fact]
    public void What_does_not_fit_even_empty_is_nothing()
    {
        PushText.Fit("title", "text", 3, (title, text) => Encoding.UTF8.GetBytes($"{title}{text}{{{{}}}}")).ShouldBeNull();
        Fit("", "", 1).ShouldBe("|");
    }

    [Theory]
    [InlineData("👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦")]
    [InlineData("éééééééé")]
    [InlineData("🇩🇪🇫🇷🇪🇸🇮🇹")]
    [InlineData("नमस्ते दुनिया")]
    [InlineData("👍🏽👍🏽👍🏽👍🏽")]
    public void No_character_is_cut_in_the_middle(string text)
    {
        var whole = Clusters(text);
        for (var limit = 2; limit < Encoding.UTF8.GetByteCount(text); limit++)
        {
            var shortened = PushText.Fit("", text, limit, (_, shorter) => Encoding.UTF8.GetBytes(shorter))!;
            shortened.Length.ShouldBeLessThanOrEqualTo(limit);
            var kept = Clusters(Encoding.UTF8.GetString(shortened).TrimEnd('…'));
            whole.Take(kept.Count).Select(cluster => cluster.TrimEnd()).ShouldBe(kept.Select(cluster => cluster.TrimEnd()));
        }
    }

    private static string Fit(string title, string text, int limit) =>
        Encoding.UTF8.GetString(PushText.Fit(title, text, limit, (first, second) => Encoding.UTF8.GetBytes($"{first}|{second}"))!);

    private static List<string> Clusters(string text)
    {
        var clusters = new List<string>();
        for (var elements = StringInfo.GetTextElementEnumerator(text); elements.MoveNext();)
        {
            clusters.Add(elements.GetTextElement());
        }

        return clusters;
    }
}
