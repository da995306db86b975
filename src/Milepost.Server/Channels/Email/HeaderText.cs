using System.Text;

namespace Milepost.Server.Channels.Email;

/// <summary>
/// Texts as header fields (RFC 5322, 2.2.3; RFC 2047). Whatever is put in, what comes out is one field: a text is either plain printable ASCII or base64.
/// </summary>
internal static class HeaderText
{
    private const int MaxPlain = 60;

    // With "=?utf-8?B?", "?=" and the longest field name a line stays below 76 characters.
    private const int MaxWordBytes = 39;

    /// <summary>A text in one line: no control characters, none that turn the direction of writing, no half pairs, at most so many characters.</summary>
    public static string Clean(string text, int max)
    {
        var clean = new StringBuilder();
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var isSpace = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune);
            if (TurnsDirection(rune) || (isSpace && (clean.Length == 0 || clean[^1] == ' ')))
            {
                continue;
            }

            if (++count > max)
            {
                return clean.ToString().TrimEnd() + "\u2026";
            }

            clean.Append(isSpace ? " " : rune.ToString());
        }

        return clean.ToString().TrimEnd();
    }

    /// <summary>A field of free text, for example the subject.</summary>
    public static string Field(string name, string text) => $"{name}: {(IsPlain(text) ? text : EncodedWords(text))}\r\n";

    /// <summary>A field with one mailbox.</summary>
    public static string Mailbox(string name, string? displayName, string address)
    {
        if (string.IsNullOrEmpty(displayName))
        {
            return $"{name}: <{address}>\r\n";
        }

        var written = IsPlain(displayName)
            ? $"\"{displayName.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
            : EncodedWords(displayName);
        return $"{name}: {written}\r\n <{address}>\r\n";
    }

    private static bool IsPlain(string text) =>
        text.Length <= MaxPlain && text.All(letter => letter is >= ' ' and <= '~') && !text.Contains("=?", StringComparison.Ordinal);

    private static string EncodedWords(string text)
    {
        var words = new List<string>();
        var word = new List<byte>();
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            if (word.Count + length > MaxWordBytes)
            {
                words.Add(Encoded(word));
                word.Clear();
            }

            word.AddRange(utf8[..length]);
        }

        words.Add(Encoded(word));
        return string.Join("\r\n ", words);
    }

    private static string Encoded(List<byte> bytes) => $"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=";

    // U+202A to U+202E and U+2066 to U+2069: "invoice-exe.pdf" tricks. The joiners and marks that scripts need are none of these.
    private static bool TurnsDirection(Rune rune) => rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
