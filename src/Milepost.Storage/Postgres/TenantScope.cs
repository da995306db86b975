using Milepost.Protocol;

namespace Milepost.Storage.Postgres;

/// <summary>
/// The tenants whose rows a transaction may touch; the policies of the tables hold it to them. It is told to the server inside the transaction, so
/// the next user of the connection does not inherit it.
/// </summary>
internal readonly record struct TenantScope
{
    private const char Separator = ',';

    private TenantScope(string value) => Value = value;

    /// <summary>For passes over the whole installation (retention, leases); never for a request.</summary>
    public static TenantScope All { get; } = new("*");

    /// <summary>As the policies read it.</summary>
    public string Value { get; }

    public static TenantScope Of(string tenant) => new(Checked(tenant));

    public static TenantScope Of(IEnumerable<string> tenants) => new(string.Join(Separator, tenants.Distinct(StringComparer.Ordinal).Select(Checked)));

    // A tenant called "a,b" or "*" would be a way through the wall.
    private static string Checked(string tenant) =>
        Identifiers.IsValidTenant(tenant) ? tenant : throw new ArgumentException($"'{tenant}' cannot name a tenant.", nameof(tenant));
}
