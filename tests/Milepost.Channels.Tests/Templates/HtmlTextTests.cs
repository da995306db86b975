using Milepost.Server.Templates.Engine;

namespace Milepost.Channels.Tests.Templates;

public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("<p>One</p><p>Two</p>", "One\n\nTwo")]
    [InlineData("<p>a\n   b</p>", "a b")]
    [InlineData("a<br>b<br/>c", "a\nb\nc")]
    [InlineData("<ul><li>one</li><li>two</li></ul>", "- one\n- two")]
    [InlineData("<p>See <a href=\"https://x.example/?a=1&amp;b=2\">your order</a>.</p>", "See your order: https://x.example/?a=1&b=2.")]
    [InlineData("<a href=\"mailto:a@b.example\">a@b.example</a>", "a@b.example")]
    [InlineData("<a href=\"https://x.example\"><img alt=\"Shop\" src=\"l.png\"></a>", "Shop: https://x.example")]
    [InlineData("<table><tr><td>Total</td><td>5 &euro;</td></tr><tr><td>x</td></tr></table>", "Total 5 €\nx")]
    [InlineData("<head><title>t</title><style>p { x }</style></head><body>b<script>evil()</script></body>", "b")]
    [InlineData("<div style=\"display: none\">no<div>no</div>no</div>yes", "yes")]
    [InlineData("<!-- <p>no</p> -->yes", "yes")]
    [InlineData("1 &lt; 2 &amp; &#252;", "1 < 2 & ü")]
    [InlineData("broken <p", "broken")]
    [InlineData("", "")]
    public void Text_is_made_of_html(string html, string expected) => HtmlText.Of(html).ShouldBe(expected);
}
