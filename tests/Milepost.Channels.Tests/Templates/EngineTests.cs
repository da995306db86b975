using Milepost.Server.Templates.Engine;

namespace Milepost.Channels.Tests.Templates;

public sealed class EngineTests
{
    [Theory]
    [InlineData("{{order.id}}", "A-1001")]
    [InlineData("{{#if order.eta}}yes{{else}}no{{/if}}", "yes")]
    [InlineData("{{#each order.items}}{{number quantity}}x {{name}}{{#unless @last}}, {{/unless}}{{/each}}", "2x Pizza Margherita, 1x Tiramisù")]
    [InlineData("{{#if (eq order.status \"out_for_delivery\")}}out{{/if}}", "out")]
    [InlineData("{{#if (and order.active (not (ne 1 1)) (gt 3 2) (lt 2 3))}}all{{/if}}", "all")]
    [InlineData("{{first-name customer.name}}", "Ada")]
    [InlineData("{{status order.status}}", "On its way")]
    [InlineData("{{default order.eta.reason \"none\"}} {{default \"\" \"none\"}}", "traffic none")]
    [InlineData("{{plural order.items.length one=\"{n} thing\" other=\"{n} things\"}}", "2 things")]
    [InlineData("{{relative order.eta.at}}", "in 25 minutes")]
    [InlineData("{{money 5 \"EUR\"}}", "€5.00")]
    [InlineData("{{event.note}}", "The bell does not work, please knock.")]
    [InlineData("{{lookup data \"nothing\"}}|", "|")]
    [InlineData("{{!-- a {{comment}} --}}a", "a")]
    public void Templates_can_do_what_they_are_said_to(string source, string expected) => Some.Render(source).Replace('\u00a0', ' ').ShouldBe(expected);

    [Theory]
    [InlineData("{{#if event.note}}a{{/if}}\n\n{{order.nope}}", "order.nope", 3)]
    [InlineData("{{nope}}", "nope", 1)]
    [InlineData("{{money order.nope}}", "order.nope", 1)]
    [InlineData("{{#if order.nope}}x{{/if}}", "order.nope", 1)]
    [InlineData("{{#each nope}}x{{/each}}", "nope", 1)]
    [InlineData("a\n{{#each order.items}}\n{{colour}}{{/each}}", "colour", 3)]
    [InlineData("{{mony order.total}}", "mony", 1)]
    [InlineData("{{order.id.Length}}", "order.id.Length", 1)]
    [InlineData("{{order.items.Count}}", "order.items.Count", 1)]
    [InlineData("{{order.__proto__}}", "order.__proto__", 1)]
    [InlineData("{{order.GetType}}", "order.GetType", 1)]
    [InlineData("{{now.Year}}", "now.Year", 1)]
    public void What_is_not_there_is_a_fault_that_names_it(string source, string variable, int line)
    {
        var fault = Some.Fault(source);
        fault.Variable.ShouldBe(variable);
        fault.Line.ShouldBe(line);
        fault.Describe().ShouldBe($"text, line {line}: there is no '{variable}'");
    }

    [Theory]
    [InlineData("{{#if order.id}}", "block")]
    [InlineData("{{/if}}", "closing")]
    [InlineData("{{#if}}x{{/if}}", "not complete")]
    [InlineData("{{order.id", "closed")]
    [InlineData("{{> nothing}}", "nothing")]
    [InlineData("{{money \"a\" \"EUR\"}}", "money needs a number, and got a text")]
    [InlineData("{{date order.items}}", "date needs a time, and got a list")]
    [InlineData("{{date now \"loud\"}}", "loud")]
    [InlineData("{{money}}", "money needs 1 or more values")]
    [InlineData("{{plural 2 one=\"a\"}}", "other=")]
    [InlineData("{{word \"nothing\"}}", "no word 'nothing'")]
    [InlineData("{{{{raw}}}} x {{{{/raw}}}}", "raw blocks")]
    [InlineData("{{#*inline \"x\"}}q{{/inline}}", "inline partials")]
    public void What_is_wrong_is_told(string source, string words) => Some.Fault(source).Describe().ShouldContain(words);

    [Fact]
    public void Html_is_escaped_in_html_and_left_alone_in_text()
    {
        var model = Some.Model() with { CustomerName = "<script>alert('x')</script> & Müller" };
        Some.Render("{{customer.name}}", model).ShouldBe("<script>alert('x')</script> & Müller");
        var html = Some.Render("<p title=\"{{customer.name}}\">{{customer.name}}{{first-name customer.name}}</p>", model, isHtml: true);
        html.ShouldNotContain("<script");
        html.ShouldNotContain("'");
        html.ShouldContain("&lt;script&gt;");
        html.ShouldContain("Müller");
    }

    [Fact]
    public void A_partial_escapes_as_the_template_that_includes_it()
    {
        var model = Some.Model() with { CustomerName = "<b>" };
        var partials = new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = "{{customer.name}}", ["frame"] = "[{{> @partial-block}}|{{label}}]" };
        Some.Render("{{> name}}", model, isHtml: true, partials: partials).ShouldBe("&lt;b&gt;");
        Some.Render("{{> name}}", model, partials: partials).ShouldBe("<b>");
        Some.Render("{{#> frame label=order.id}}{{> name}}{{/frame}}", model, isHtml: true, partials: partials).ShouldBe("[&lt;b&gt;|A-1001]");
    }

    [Fact]
    public void A_fault_in_a_partial_says_where_it_is()
    {
        var partials = new Dictionary<string, string>(StringComparer.Ordinal) { ["outer"] = "{{> inner}}", ["inner"] = "a\n{{nope}}" };
        Some.Fault("{{> outer}}", partials: partials).Describe().ShouldBe("partial 'inner', line 2: there is no 'nope'");
    }

    [Fact]
    public void Links_that_run_as_script_are_not_links() =>
        Some.Render("{{#if link}}{{link}}{{else}}none{{/if}}", Some.Model() with { Link = "javascript:alert(1)" }).ShouldBe("none");

    [Theory]
    [InlineData("fr", "{{#if data.a}}{{data.a.b}}{{/if}} {{#each data.list}}{{this}};{{/each}} {{number data.n}}", "deep 1;zwei;true; 1,5")]
    public void Data_of_the_caller_is_read_like_the_rest(string locale, string source, string expected) =>
        Some.Render(source, Some.WithData("""{"a":{"b":"deep"},"list":[1,"zwei",true],"n":1.5}"""), locale).ShouldBe(expected, StringCompareShould.IgnoreCase);
}
