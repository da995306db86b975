using System.Text;

namespace Milepost.Server.Channels.Sms;

/// <summary>Writes texts so that they do not cost more than they must.</summary>
internal static class SmsWriting
{
    // What word processors and translators like, and what was meant. The GSM alphabet has none of them.
    private static readonly Dictionary<char, string> Plainer = new()
    {
        ['\u2018'] = "'",
        ['\u2019'] = "'",
        ['\u201a'] = "'",
        ['\u201b'] = "'",
        ['\u2039'] = "'",
        ['\u203a'] = "'",
        ['\u2032'] = "'",
        ['\u201c'] = "\"",
        ['\u201d'] = "\"",
        ['\u201e'] = "\"",
        ['\u201f'] = "\"",
        ['\u00ab'] = "\"",
        ['\u00bb'] = "\"",
        ['\u2033'] = "\"",
        ['\u2010'] = "-",
        ['\u2011'] = "-",
        ['\u2012'] = "-",
        ['\u2013'] = "-",
        ['\u2014'] = "-",
        ['\u2015'] = "-",
        ['\u2212'] = "-",
        ['\u2026'] = "...",
        ['\u2022'] = "-",
        ['\u00b7'] = "-",
        ['\u00a0'] = " ",
        ['\u2007'] = " ",
        ['\u2009'] = " ",
        ['\u200a'] = " ",
        ['\u202f'] = " ",
        ['\u2002'] = " ",
        ['\u2003'] = " ",
        ['\t'] = " ",
        ['\u00ad'] = "",
        ['\u200b'] = "",
        ['\u2060'] = "",
        ['\ufeff'] = "",
    };

    /// <summary>
    /// The text with plain characters in place of typographic ones, if it is within the GSM alphabet then; else as it is: once a letter needs UCS-2,
    /// nothing is saved by spoiling the rest.
    /// </summary>
    public static string Plain(string text)
    {
        if (SmsSegments.IsGsm(text))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            plain.Append(Plainer.TryGetValue(letter, out var other) ? other : letter.ToString());
        }

        var written = plain.ToString();
        return SmsSegments.IsGsm(written) ? written : text;
    }
}
