using System.Text.Json;

namespace Milepost.LogisticsSimulator.Faults;

/// <summary>What faults are called outside of .NET.</summary>
public static class FaultNames
{
    private static readonly Dictionary<string, FaultKind> ByName = Enum.GetValues<FaultKind>().ToDictionary(Of, StringComparer.Ordinal);

    /// <summary>All names, sorted.</summary>
    public static IReadOnlyList<string> All { get; } = [.. ByName.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The kind's name in kebab-case.</summary>
    public static string Of(FaultKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());

    /// <summary>Reads <c>kind</c>, <c>kind=tenant</c> or <c>kind=tenant/driver</c>.</summary>
    /// <exception cref="InvalidSettingException">There is no such fault.</exception>
    public static Fault Parse(string text)
    {
        var parts = text.Split('=', 2);
        if (!ByName.TryGetValue(parts[0], out var kind))
        {
            throw new InvalidSettingException($"there is no fault \"{parts[0]}\"; there are: {string.Join(", ", All)}");
        }

        var scope = parts.Length == 2 ? parts[1].Split('/', 2) : [];
        return scope.Any(string.IsNullOrEmpty)
            ? throw new InvalidSettingException($"\"{text}\" names no tenant or driver after = or /")
            : new Fault(kind, scope.ElementAtOrDefault(0), scope.ElementAtOrDefault(1));
    }
}
