namespace Milepost.Protocol;

/// <summary>What credentials allow (the token's <c>scope</c> claim). <see cref="None"/> is a customer: own data only.</summary>
[Flags]
public enum Scopes
{
    None = 0,

    /// <summary><c>events:write</c>: may post events.</summary>
    EventsWrite = 1,

    /// <summary><c>notifications:write</c>: may send notifications.</summary>
    NotificationsWrite = 2,

    /// <summary><c>operator</c>: may read everything of the tenant.</summary>
    Operator = 4,

    /// <summary><c>admin</c>: may do everything within the tenant.</summary>
    Admin = 8,

    /// <summary><c>feedback:write</c>: may report what became of messages. For mail relays.</summary>
    FeedbackWrite = 16,

    /// <summary><c>locations:write</c>: may tell where the driver is whose id is the token's subject. For drivers' devices.</summary>
    LocationsWrite = 32,
    /// <summary>Whoever has a share link: the view of one order that is made for guests. No token can claim it, and it is never one of several.</summary>
    Guest = 64,
}

/// <summary>Reads and writes the <c>scope</c> claim.</summary>
public static class ScopeNames
{
    private static readonly (string Name, Scopes Scope)[] Table =
    [
        ("events:write", Scopes.EventsWrite), ("notifications:write", Scopes.NotificationsWrite), ("operator", Scopes.Operator), ("admin", Scopes.Admin),
        ("feedback:write", Scopes.FeedbackWrite), ("locations:write", Scopes.LocationsWrite),
    ];

    /// <summary>The known names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Table.Select(row => row.Name)];

    /// <summary>Reads a space-separated list. Names of others (an identity provider's <c>openid</c>, say) allow nothing here.</summary>
    public static Scopes Parse(string? claim)
    {
        var scopes = Scopes.None;
        foreach (var name in (claim ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            scopes |= Table.FirstOrDefault(row => row.Name == name).Scope;
        }

        return scopes;
    }
}
