using System.Text.RegularExpressions;

namespace Milepost.Core.Preferences;

/// <summary>Language tags.</summary>
public static partial class LocaleTag
{
    /// <summary>The longest tag that is taken (RFC 5646, 4.4.1 asks for at least 35).</summary>
    public const int MaxLength = 35;

    /// <summary>Whether the text is a language tag as people's systems give them: a language, and subtags (RFC 5646, 2.1), for example <c>de</c>, <c>pt-BR</c>, <c>zh-Hant-TW</c>.</summary>
    public static bool IsValid(string tag) => tag.Length <= MaxLength && Shape().IsMatch(tag);

    [GeneratedRegex("^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Shape();
}
