using System.Text;

namespace Milepost.Core.Templates;

/// <summary>
/// What a text costs as an SMS. The GSM 7-bit alphabet (3GPP TS 23.038, 6.2.1) holds 160 characters in one message and 153 in each of several;
/// one character outside it makes it UCS-2, with 70 and 67.
/// </summary>
public static class SmsText
{
    private const string Basic =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

    // Each takes the place of two.
    private const string Extended = "\f^{}\\[~]|€";

    /// <summary>Whether the text fits the GSM alphabet, and in how many messages it goes out; 0 for an empty one.</summary>
    public static (bool IsGsm, int Segments) Measure(string text)
    {
        var septets = 0;
        foreach (var character in text)
        {
            if (Basic.Contains(character, StringComparison.Ordinal))
            {
                septets++;
            }
            else if (Extended.Contains(character, StringComparison.Ordinal))
            {
                septets += 2;
            }
            else
            {
                return (false, Segments(text.Length, 70, 67));
            }
        }

        return (true, Segments(septets, 160, 153));
    }

    /// <summary>Writes typographic characters as plain ones where nothing is lost by it, so that they do not double the price.</summary>
    public static string Simplify(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\u00a0' or '\u202f' or '\u2009' => plain.Append(' '),
                '\u2018' or '\u2019' or '\u201a' => plain.Append('\''),
                '\u201c' or '\u201d' or '\u201e' or '\u00ab' or '\u00bb' => plain.Append('"'),
                '\u2013' or '\u2014' or '\u2011' => plain.Append('-'),
                '\u2026' => plain.Append("..."),
                _ => plain.Append(character),
            };
        }

        return plain.ToString();
    }

    private static int Segments(int length, int alone, int each) => length == 0 ? 0 : length <= alone ? 1 : (length + each - 1) / each;
}
