using System.Buffers;
using System.Globalization;

namespace Milepost.Server.Templates.Engine;

/// <summary>
/// What a template may be at most. The compiler behind it goes as deep as the source is nested, and a stack that ends takes the process with it,
/// so the source is looked through first. Counted generously: what only looks like a tag counts too.
/// </summary>
internal static class TemplateBounds
{
    public const int MaxSource = 64 * 1024;
    public const int MaxOutput = 256 * 1024;
    public const int MaxTags = 1000;
    public const int MaxBlocks = 200;
    public const int MaxParentheses = 10;
    public const int MaxTag = 1000;
    public const int MaxDepth = 10;

    // A layout has one place for its content, or one for each of a few variants.
    public const int MaxContentPlaces = 4;

    private static readonly SearchValues<string> Blocks = SearchValues.Create(["{{#", "{{^", "{{~#", "{{~^", "{{else ", "{{~else ", "{{ else "], StringComparison.Ordinal);

    /// <exception cref="TemplateFaultException">The source passes a bound.</exception>
    public static void Check(string part, string source)
    {
        if (source.Length > MaxSource)
        {
            throw Fault(part, null, $"longer than {Number(MaxSource)} characters");
        }

        if (source.IndexOf("{{{{", StringComparison.Ordinal) is >= 0 and var raw)
        {
            throw Fault(part, LineOf(source, raw), "raw blocks are not available");
        }

        Limit(part, source, MaxBlocks, "blocks", Count(source, Blocks));
        Limit(part, source, MaxContentPlaces, "places for the content", Count(source, SearchValues.Create(["@partial-block"], StringComparison.Ordinal)));
        var tags = 0;
        for (var at = source.IndexOf("{{", StringComparison.Ordinal); at >= 0; at = Next(source, at))
        {
            Limit(part, source, MaxTags, "tags", ++tags);
            CheckTag(part, source, at);
        }
    }

    /// <summary>The number of the line that a place is on, from 1.</summary>
    public static int LineOf(string source, int at) => source.AsSpan(0, at).Count('\n') + 1;

    private static int Next(string source, int at) => at + 2 >= source.Length ? -1 : source.IndexOf("{{", at + 2, StringComparison.Ordinal);

    private static void CheckTag(string part, string source, int at)
    {
        var next = Next(source, at);
        var tag = source.AsSpan(at, (next < 0 ? source.Length : next) - at);
        if (tag.Slice(2).TrimStart("~#").StartsWith("*"))
        {
            throw Fault(part, LineOf(source, at), "inline partials and decorators are not available; make it a partial of its own");
        }

        if (tag.StartsWith("{{!"))
        {
            return;
        }

        // Up to the next tag: where this one ends is a question for a parser.
        var open = 0;
        foreach (var character in tag)
        {
            open += character switch { '(' => 1, ')' => -1, _ => 0 };
            if (open > MaxParentheses)
            {
                throw Fault(part, LineOf(source, at), $"more than {Number(MaxParentheses)} parentheses in each other");
            }
        }

        if (tag.IndexOf("}}", StringComparison.Ordinal) > MaxTag)
        {
            throw Fault(part, LineOf(source, at), $"a tag longer than {Number(MaxTag)} characters");
        }
    }

    private static int Count(ReadOnlySpan<char> source, SearchValues<string> what)
    {
        var count = 0;
        for (var at = source.IndexOfAny(what); at >= 0; at = source.IndexOfAny(what))
        {
            count++;
            source = source[(at + 2)..];
        }

        return count;
    }

    private static void Limit(string part, string source, int limit, string what, int count)
    {
        if (count > limit)
        {
            throw Fault(part, null, $"more than {Number(limit)} {what}");
        }
    }

    private static TemplateFaultException Fault(string part, int? line, string message) => new(message) { Part = part, Line = line };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
