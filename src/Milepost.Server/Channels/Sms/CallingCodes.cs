using System.Text.RegularExpressions;

namespace Milepost.Server.Channels.Sms;

/// <summary>
/// Where SMS may go, by the first digits of a number in E.164. Calling codes alone would not do: +1 is Canada and the islands whose numbers cost a
/// multiple, so an entry may be longer than a code, and may exclude.
/// </summary>
internal static partial class CallingCodes
{
    /// <summary>For those who wrote another.</summary>
    public const string Rule = "An entry is the first digits of numbers, without + or 00, for example 49; with - before them numbers are excluded, for example -1242.";

    public static bool IsEntry(string? entry) => entry is not null && Entry().IsMatch(entry);

    /// <summary>Whether this is a number that a message can be sent to: <c>+</c> and 7 to 15 digits (ITU-T E.164).</summary>
    public static bool IsNumber(string number) => Number().IsMatch(number);

    /// <summary>The longest entry that fits decides. Where none fits: yes, if the list only excludes.</summary>
    public static bool Allow(IReadOnlyCollection<string> entries, string number)
    {
        string? best = null;
        foreach (var entry in entries)
        {
            if (number.AsSpan(1).StartsWith(Digits(entry), StringComparison.Ordinal) && (best is null || Weight(entry) > Weight(best)))
            {
                best = entry;
            }
        }

        return best is null ? entries.All(IsExclusion) : !IsExclusion(best);
    }

    // Of two that are equally long the exclusion counts.
    private static int Weight(string entry) => (2 * Digits(entry).Length) + (IsExclusion(entry) ? 1 : 0);

    private static bool IsExclusion(string entry) => entry[0] == '-';

    private static ReadOnlySpan<char> Digits(string entry) => IsExclusion(entry) ? entry.AsSpan(1) : entry;

    [GeneratedRegex("^-?[1-9][0-9]{0,9}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Entry();

    [GeneratedRegex("^\\+[1-9][0-9]{6,14}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}
