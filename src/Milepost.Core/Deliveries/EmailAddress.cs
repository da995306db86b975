using System.Buffers;
using System.Globalization;
using System.Text;

namespace Milepost.Core.Deliveries;

/// <summary>
/// An e-mail address that can stand in a header and in an SMTP command: nothing in it can end a line or an argument. The domain is in lower case and
/// in ASCII (punycode). Quoted local parts and addresses in brackets (<c>"a b"@x</c>, <c>a@[127.0.0.1]</c>) are not taken: nobody's customers have them.
/// </summary>
public sealed record EmailAddress
{
    private const int MaxLocal = 64;
    private const int MaxDomain = 253;
    private const int MaxLabel = 63;

    // RFC 5322, 3.2.3: atext, and the dot between atoms.
    private static readonly SearchValues<char> LocalLetters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~.");
    private static readonly SearchValues<char> DomainLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private EmailAddress(string local, string domain)
    {
        Local = local;
        Domain = domain;
    }

    /// <summary>What stands before the <c>@</c>, as it was written.</summary>
    public string Local { get; }

    public string Domain { get; }

    /// <summary>The local part has letters beyond ASCII: only servers with SMTPUTF8 (RFC 6531) can take it.</summary>
    public bool NeedsUtf8 => !Ascii.IsValid(Local);

    /// <summary>Reads an address without a name. Null: <paramref name="problem"/> says why, without repeating the address.</summary>
    public static EmailAddress? Parse(string text, out string problem)
    {
        var at = text.LastIndexOf('@');
        problem = at <= 0 ? "it has no local part and domain with an @ between them" : LocalProblem(text[..at]);
        if (problem.Length > 0)
        {
            return null;
        }

        var domain = AsciiDomain(text[(at + 1)..]);
        if (domain is null)
        {
            problem = "its domain is not one";
            return null;
        }

        return new EmailAddress(text[..at], domain);
    }

    /// <summary>A domain in lower case and ASCII; null where it cannot be one.</summary>
    public static string? AsciiDomain(string text)
    {
        string domain;
        try
        {
            domain = Ascii.IsValid(text) ? text.ToLowerInvariant() : new IdnMapping { UseStd3AsciiRules = true }.GetAscii(text.ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null;
        }

        return domain.Length <= MaxDomain && Array.TrueForAll(domain.Split('.'), IsLabel) ? domain : null;
    }

    public override string ToString() => $"{Local}@{Domain}";

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= MaxLabel && !label.AsSpan().ContainsAnyExcept(DomainLetters) && label[0] != '-' && label[^1] != '-';

    private static string LocalProblem(string local)
    {
        if (Encoding.UTF8.GetByteCount(local) > MaxLocal)
        {
            return $"its local part has more than {MaxLocal} bytes";
        }

        if (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
        {
            return "the dots of its local part do not stand between letters";
        }

        foreach (var rune in local.EnumerateRunes())
        {
            // U+FFFD is what half a surrogate pair is read as.
            if (rune.IsAscii ? !LocalLetters.Contains((char)rune.Value) : rune == Rune.ReplacementChar || !IsWritten(rune))
            {
                return "its local part has letters that cannot stand there";
            }
        }

        return "";
    }

    private static bool IsWritten(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
