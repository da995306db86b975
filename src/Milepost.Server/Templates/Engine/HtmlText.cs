using System.Net;
using System.Text;

namespace Milepost.Server.Templates.Engine;

/// <summary>
/// Makes readable plain text of the HTML of a mail: links with their addresses, list items with dashes, cells of a row on one line, and nothing
/// of what is not shown (styles, <c>display:none</c>).
/// </summary>
internal static class HtmlText
{
    private static readonly string[] Blocks = ["p", "div", "table", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "section", "header", "footer", "hr"];
    private static readonly string[] Silent = ["style", "script", "title", "head", "template"];
    private static readonly string[] Void = ["br", "img", "hr", "meta", "link", "input", "wbr", "col"];

    public static string Of(string html)
    {
        var text = new TextLines();
        string? link = null;
        var linkFrom = 0;
        string? skipping = null;
        var skipDepth = 0;
        var at = 0;
        while (at < html.Length)
        {
            var open = html.IndexOf('<', at);
            if (skipping is null)
            {
                text.Add(WebUtility.HtmlDecode(html[at..(open < 0 ? html.Length : open)]));
            }

            if (open < 0)
            {
                break;
            }

            if (html.AsSpan(open).StartsWith("<!--"))
            {
                var end = html.IndexOf("-->", open, StringComparison.Ordinal);
                at = end < 0 ? html.Length : end + 3;
                continue;
            }

            var close = html.IndexOf('>', open);
            if (close < 0)
            {
                break;
            }

            var tag = html[(open + 1)..close];
            at = close + 1;
            var isEnd = tag.StartsWith('/');
            var name = Name(tag.AsSpan(isEnd ? 1 : 0));
            if (skipping is not null)
            {
                skipDepth += name != skipping ? 0 : isEnd ? -1 : 1;
                skipping = skipDepth == 0 ? null : skipping;
            }
            else if (!isEnd && !Void.Contains(name) && (Silent.Contains(name) || tag.Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase)))
            {
                (skipping, skipDepth) = (name, 1);
            }
            else if (name == "a")
            {
                if (!isEnd)
                {
                    (link, linkFrom) = (Attribute(tag, "href"), text.Length);
                }
                else if (link is { Length: > 0 } && link[0] != '#')
                {
                    text.AddLink(link, linkFrom);
                    link = null;
                }
            }
            else
            {
                Break(text, name, isEnd, tag);
            }
        }

        return text.ToString();
    }

    private static void Break(TextLines text, string name, bool isEnd, string tag)
    {
        switch (name)
        {
            case "br":
                text.EndLine();
                break;
            case "li":
                text.EndLine();
                if (!isEnd)
                {
                    text.Add("- ");
                }

                break;
            case "tr":
                text.EndLine();
                break;
            case "td" or "th" when isEnd:
                text.Add(" ");
                break;
            case "img" when Attribute(tag, "alt") is { Length: > 0 } alt:
                text.Add(alt);
                break;
            default:
                if (Blocks.Contains(name))
                {
                    text.EndParagraph();
                }

                break;
        }
    }

    private static string Name(ReadOnlySpan<char> tag)
    {
        var length = 0;
        while (length < tag.Length && char.IsAsciiLetterOrDigit(tag[length]))
        {
            length++;
        }

        return tag[..length].ToString().ToLowerInvariant();
    }

    private static string? Attribute(string tag, string name)
    {
        var at = tag.IndexOf(name + "=\"", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        var from = at + name.Length + 2;
        var to = tag.IndexOf('"', from);
        return to < 0 ? null : WebUtility.HtmlDecode(tag[from..to]);
    }

    private sealed class TextLines
    {
        private readonly StringBuilder _text = new();

        public int Length => _text.Length;

        public void Add(string piece)
        {
            foreach (var character in piece)
            {
                // Hard spaces stay, the others run together.
                var isSpace = char.IsWhiteSpace(character) && character is not ('\u00a0' or '\u202f');
                if (!isSpace)
                {
                    _text.Append(character);
                }
                else if (_text.Length > 0 && _text[^1] is not (' ' or '\n'))
                {
                    _text.Append(' ');
                }
            }
        }

        public void AddLink(string address, int from)
        {
            var shown = _text.ToString(Math.Min(from, _text.Length), _text.Length - Math.Min(from, _text.Length)).Trim();
            var target = address.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase) ? address["mailto:".Length..] : address;
            if (shown != target)
            {
                Add(shown.Length == 0 ? target : $": {target}");
            }
        }

        public void EndLine()
        {
            Trim();
            if (_text.Length > 0 && _text[^1] != '\n')
            {
                _text.Append('\n');
            }
        }

        public void EndParagraph()
        {
            EndLine();
            if (_text.Length > 1 && _text[^2] != '\n')
            {
                _text.Append('\n');
            }
        }

        public override string ToString() => _text.ToString().Trim();

        private void Trim()
        {
            while (_text.Length > 0 && _text[^1] == ' ')
            {
                _text.Length--;
            }
        }
    }
}
