using System.Buffers;

namespace Milepost.Server.Channels.Sms;

/// <summary>How many segments a text costs (3GPP TS 23.038 and 23.040): 160 septets or 70 UTF-16 units in one, 153 or 67 each in several.</summary>
internal static class SmsSegments
{
    private static readonly SearchValues<char> Basic = SearchValues.Create(
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");

    // Each of these is an escape and a character: two septets.
    private static readonly SearchValues<char> Extended = SearchValues.Create("\f^{}\\[~]|€");

    /// <summary>Whether the whole text can be written in the GSM 7-bit alphabet.</summary>
    public static bool IsGsm(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!Basic.Contains(letter) && !Extended.Contains(letter))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>At least 1.</summary>
    public static int Count(string text)
    {
        if (!IsGsm(text))
        {
            return Fill(text, single: 70, each: 67, (value, at) => char.IsHighSurrogate(value[at]) && at + 1 < value.Length ? (2, 2) : (1, 1));
        }

        return Fill(text, single: 160, each: 153, (value, at) => (1, Extended.Contains(value[at]) ? 2 : 1));
    }

    // A character of two units is never split between segments.
    private static int Fill(string text, int single, int each, Func<string, int, (int Letters, int Units)> next)
    {
        int total = 0, segments = 1, used = 0;
        for (var at = 0; at < text.Length;)
        {
            var (letters, units) = next(text, at);
            at += letters;
            total += units;
            if (used + units > each)
            {
                segments++;
                used = 0;
            }

            used += units;
        }

        return total <= single ? 1 : segments;
    }
}
