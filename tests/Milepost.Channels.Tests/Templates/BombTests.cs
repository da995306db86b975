using Milepost.Server.Templates.Engine;

namespace Milepost.Channels.Tests.Templates;

/// <summary>Templates that are meant to do harm.</summary>
public sealed class BombTests
{
    [Fact]
    public void A_source_is_not_too_long() => Some.Fault(new string('x', TemplateBounds.MaxSource + 1)).Message.ShouldContain("longer");

    [Theory]
    [InlineData("{{#if order.id}}", "{{/if}}", 201, "blocks")]
    [InlineData("{{order.id}}", "", 1_001, "tags")]
    [InlineData("{{> @partial-block}}", "", 5, "places")]
    public void A_source_has_bounds(string open, string close, int times, string words) =>
        Some.Fault(Repeat(open, times) + Repeat(close, times)).Message.ShouldContain(words);

    [Fact]
    public void A_long_chain_of_else_is_bounded() =>
        Some.Fault("{{#if order.id}}a" + Repeat("{{else if order.id}}b", 300) + "{{/if}}").Message.ShouldContain("blocks");

    [Fact]
    public void Parentheses_do_not_go_deep()
    {
        Some.Fault("{{not " + Repeat("(not ", 11) + "1" + Repeat(")", 11) + "}}").Message.ShouldContain("parentheses");
        Some.Fault("{{word \"}}\" " + Repeat("(not ", 5_000) + "1" + Repeat(")", 5_000) + "}}").Message.ShouldContain("parentheses");
    }

    [Fact]
    public void What_is_just_within_the_bounds_compiles() =>
        Some.Render(Repeat("{{#if order.id}}", 200) + "x" + Repeat("{{/if}}", 200)).ShouldBe("x");

    [Fact]
    public void Loops_in_loops_end()
    {
        var data = "{\"list\":[" + string.Join(',', Enumerable.Range(0, 200)) + "]}";
        var source = Repeat("{{#each @root.data.list}}", 9) + Repeat("{{/each}}", 9);
        Some.Fault(source, Some.WithData(data)).Message.ShouldContain("steps");
    }

    [Fact]
    public void Loops_over_members_end()
    {
        var data = "{\"map\":{" + string.Join(',', Enumerable.Range(0, 200).Select(index => $"\"k{index}\":1")) + "}}";
        var source = Repeat("{{#each @root.data.map}}", 9) + Repeat("{{/each}}", 9);
        Some.Fault(source, Some.WithData(data)).Message.ShouldContain("steps");
    }

    [Fact]
    public void Output_is_bounded()
    {
        var data = "{\"list\":[" + string.Join(',', Enumerable.Range(0, 1_000)) + "]}";
        Some.Fault("{{#each data.list}}" + new string('x', 1_000) + "{{/each}}", Some.WithData(data)).Message.ShouldContain("writes more than");
    }

    [Fact]
    public void A_partial_that_includes_itself_ends() =>
        Some.Fault("{{> self}}", partials: new(StringComparer.Ordinal) { ["self"] = "{{> self}}" }).Message.ShouldContain("partials go more than 10 deep");

    [Fact]
    public void Partials_that_multiply_end()
    {
        var partials = Enumerable.Range(0, 9).ToDictionary(index => $"p{index}", index => index == 8 ? "" : Repeat($"{{{{> p{index + 1}}}}}", 500), StringComparer.Ordinal);
        Some.Fault("{{> p0}}", partials: partials).Message.ShouldContain("steps");
    }

    [Fact]
    public void Blocks_in_layouts_that_multiply_end()
    {
        var partials = new Dictionary<string, string>(StringComparer.Ordinal) { ["four"] = Repeat("{{> @partial-block}}", 4) };
        var source = Repeat("{{#> four}}", 9) + "{{order.id}}" + Repeat("{{/four}}", 9);
        Some.Fault(source, partials: partials).Message.ShouldContain("steps");
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));
}
