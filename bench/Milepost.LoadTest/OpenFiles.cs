using System.Globalization;

namespace Milepost.LoadTest;

/// <summary>How many files, and so connections, a process may have open. The runtime itself raises the soft limit to the hard one.</summary>
internal static class OpenFiles
{
    private const string Limits = "/proc/self/limits";

    public static int Limit() => File.Exists(Limits) ? Of(File.ReadLines(Limits)) : int.MaxValue;

    internal static int Of(IEnumerable<string> limits)
    {
        const string Name = "Max open files";
        var line = limits.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal));
        return line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var hard, ..] && int.TryParse(hard, CultureInfo.InvariantCulture, out var limit)
            ? limit
            : int.MaxValue;
    }
}
