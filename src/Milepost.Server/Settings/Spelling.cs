namespace Milepost.Server.Settings;

/// <summary>Finds the known word that a wrong one was probably meant to be.</summary>
internal static class Spelling
{
    /// <summary>The nearest of <paramref name="known"/>, or null when none is near enough to be a likely slip.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var best = known
            .Select(candidate => (Candidate: candidate, Distance: Distance(Fold(word), Fold(candidate))))
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return best.Candidate is not null && best.Distance <= Math.Max(2, best.Candidate.Length * 2 / 5) ? best.Candidate : null;
    }

    /// <summary>Levenshtein's distance: how many letters to add, drop or replace.</summary>
    public static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }

    // data-directory, DATA_DIRECTORY and DataDirectory are the same word to a person.
    private static string Fold(string word) =>
        word.ToLowerInvariant().Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
}
