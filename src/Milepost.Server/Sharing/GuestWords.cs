using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using Milepost.Server.Api;

namespace Milepost.Server.Sharing;

/// <summary>The words of the page for guests, in every language that notifications are written in; and the page in each of them.</summary>
internal static partial class GuestWords
{
    private const string Page = "guest.html";

    /// <summary>Every language.</summary>
    public static readonly PageWords All = new("guest/");

    private static readonly FrozenDictionary<string, string> Pages = All.Languages.ToFrozenDictionary(language => language, Fill, StringComparer.Ordinal);

    /// <summary>The page in one of <see cref="PageWords.Languages"/>.</summary>
    public static string PageIn(string language) => Pages[language];

    // {{word}}: the word; {{lang}} and {{words}}: all of them, for the script.
    private static string Fill(string language)
    {
        var words = All.Of(language);
        return Mark().Replace(PageWords.Read(Page), mark => HtmlEncoder.Default.Encode(mark.Groups["word"].Value switch
        {
            "lang" => language,
            "words" => All.FileOf(language),
            var word => words[word],
        }));
    }

    [GeneratedRegex(@"\{\{(?<word>[a-z.]+)\}\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Mark();
}
