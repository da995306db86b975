using System.Globalization;

namespace Milepost.Server.Channels.Push;

/// <summary>Makes a message fit into what a push may hold: its text is shortened, then its title, never inside a character as a reader sees it.</summary>
internal static class PushText
{
    private const string Ellipsis = "…";

    /// <summary>The longest form of at most <paramref name="limit"/> bytes; null when not even an empty title and text fit.</summary>
    /// <param name="title">The title.</param>
    /// <param name="text">The text.</param>
    /// <param name="limit">In bytes, from 1.</param>
    /// <param name="encode">Makes the push out of a title and a text. A longer text must not make a smaller push.</param>
    public static byte[]? Fit(string title, string text, int limit, Func<string, string, byte[]> encode)
    {
        var whole = encode(title, text);
        if (whole.Length <= limit)
        {
            return whole;
        }

        return Longest(text, limit, shorter => encode(title, shorter)) ?? Longest(title, limit, shorter => encode(shorter, ""));
    }

    private static byte[]? Longest(string text, int limit, Func<string, byte[]> encode)
    {
        // Of all cuts, those between grapheme clusters; the first is the empty text.
        var cuts = StringInfo.ParseCombiningCharacters(text);
        byte[]? best = null;
        var (low, high) = (0, cuts.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var encoded = encode(cuts[middle] == 0 ? "" : string.Concat(text.AsSpan(0, cuts[middle]).TrimEnd(), Ellipsis));
            if (encoded.Length <= limit)
            {
                best = encoded;
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        if (best is null && cuts.Length == 0 && encode("") is var empty && empty.Length <= limit)
        {
            best = empty;
        }

        return best;
    }
}
