using System.Collections.Frozen;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Sharing;

/// <summary>The words of the page for guests, in every language that notifications are written in; and the page in each of them.</summary>
internal static partial class GuestWords
{
    private const string Prefix = "guest/";
    private const string Suffix = ".json";
    private const string Page = "guest.html";

    private static readonly FrozenDictionary<string, string> Tables = typeof(GuestWords).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..^Suffix.Length], Read, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Pages = Tables.ToFrozenDictionary(table => table.Key, table => Fill(table.Key), StringComparer.Ordinal);

    public static IReadOnlyCollection<string> Languages => Tables.Keys;

    /// <summary>The words of one of <see cref="Languages"/>.</summary>
    public static IReadOnlyDictionary<string, string> Of(string language) => JsonDocument.Parse(Tables[language]).RootElement.EnumerateObject().ToDictionary(word => word.Name, word => word.Value.GetString()!, StringComparer.Ordinal);

    /// <summary>The page in one of <see cref="Languages"/>.</summary>
    public static string PageIn(string language) => Pages[language];

    /// <summary>The language of the first of these tags that is spoken here; English where none is.</summary>
    public static string Choose(IEnumerable<string?> tags) =>
        tags.OfType<string>().Select(tag => LocaleTag.Language(LocaleTag.Normalize(tag))).FirstOrDefault(Tables.ContainsKey) ?? LocaleTag.Last;

    /// <summary>What the reader's browser asks for, the dearest first.</summary>
    public static IEnumerable<string> Asked(HttpRequest request) =>
        request.GetTypedHeaders().AcceptLanguage.Where(language => language.Quality is not 0).OrderByDescending(language => language.Quality ?? 1).Select(language => language.Value.ToString());

    // {{word}}: the word; {{lang}} and {{words}}: all of them, for the script.
    private static string Fill(string language)
    {
        var words = Of(language);
        return Mark().Replace(Read(Page), mark => HtmlEncoder.Default.Encode(mark.Groups["word"].Value switch
        {
            "lang" => language,
            "words" => Tables[language],
            var word => words[word],
        }));
    }

    private static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(GuestWords).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"\{\{(?<word>[a-z.]+)\}\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Mark();
}
