namespace Milepost.Server.Templates.Engine;

/// <summary>Language tags (BCP 47) and what they fall back to.</summary>
internal static class LocaleTag
{
    /// <summary>The language that everything falls back to.</summary>
    public const string Last = "en";

    /// <summary>The tag itself, then each time without its last part: <c>zh-Hant-TW</c>, <c>zh-Hant</c>, <c>zh</c>.</summary>
    public static IEnumerable<string> Wider(string tag)
    {
        for (var rest = tag; rest.Length > 0;)
        {
            yield return rest;
            var cut = rest.LastIndexOf('-');
            rest = cut < 0 ? "" : rest[..cut];
        }
    }

    /// <summary>The language alone.</summary>
    public static string Language(string tag)
    {
        var cut = tag.IndexOf('-', StringComparison.Ordinal);
        return cut < 0 ? tag : tag[..cut];
    }

    public static bool SameLanguage(string one, string other) => string.Equals(Language(one), Language(other), StringComparison.OrdinalIgnoreCase);

    /// <summary>As tags are written by convention (RFC 5646, 2.1.1): <c>pt-BR</c>, <c>zh-Hant-TW</c>.</summary>
    public static string Normalize(string tag) => string.Join('-', tag.Split('-', '_').Select((part, index) => (index, part.Length) switch
    {
        (0, _) => part.ToLowerInvariant(),
        (_, 2) => part.ToUpperInvariant(),
        (_, 4) when char.IsAsciiLetter(part[0]) => char.ToUpperInvariant(part[0]) + part[1..].ToLowerInvariant(),
        _ => part.ToLowerInvariant(),
    }));

    /// <summary>Where to look for a customer's words: the tag and what is wider, then the tenant's default likewise, then English.</summary>
    public static IEnumerable<string> Chain(string locale, string? tenantDefault)
    {
        foreach (var tag in Wider(locale))
        {
            yield return tag;
        }

        foreach (var tag in Wider(tenantDefault ?? ""))
        {
            yield return tag;
        }

        yield return Last;
    }

    /// <summary>Whether it looks like a tag: a language of two or three letters and up to three further parts.</summary>
    public static bool IsValid(string tag)
    {
        var parts = tag.Split('-');
        return parts.Length <= 4 && parts[0].Length is 2 or 3 && parts[0].All(char.IsAsciiLetterLower)
            && parts.Skip(1).All(part => part.Length is >= 2 and <= 8 && part.All(char.IsAsciiLetterOrDigit));
    }
}
