namespace Milepost.Server.Settings;

/// <summary>Roles as they are written in settings.</summary>
internal static class RoleNames
{
    private static readonly IReadOnlyDictionary<string, Roles> Known = new Dictionary<string, Roles>(StringComparer.OrdinalIgnoreCase)
    {
        ["api"] = Roles.Api,
        ["gateway"] = Roles.Gateway,
        ["worker"] = Roles.Worker,
    };

    /// <summary>Reads <c>api,gateway</c>; what is not a role goes to <paramref name="errors"/>.</summary>
    public static Roles Parse(string text, List<string> errors)
    {
        var roles = Roles.None;
        var words = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var word in words)
        {
            if (Known.TryGetValue(word, out var role))
            {
                roles |= role;
            }
            else
            {
                var suggestion = Spelling.Nearest(word, Known.Keys) is { } near ? $" Did you mean {near}?" : "";
                errors.Add($"Roles: '{word}' is not a role.{suggestion} The roles are {string.Join(", ", Known.Keys)}.");
            }
        }

        if (words.Length == 0)
        {
            errors.Add($"Roles: needs at least one of {string.Join(", ", Known.Keys)}.");
        }

        return roles;
    }

    public static string Write(Roles roles) => string.Join(',', Known.Where(pair => roles.HasFlag(pair.Value)).Select(pair => pair.Key));
}
