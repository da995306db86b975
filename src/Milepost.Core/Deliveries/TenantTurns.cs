namespace Milepost.Core.Deliveries;

/// <summary>
/// Shares a lease's places among the tenants that have something due: each in turn, going on behind the one that was served last, so that
/// one tenant's thousand rows do not keep another's single one waiting.
/// </summary>
public sealed class TenantTurns
{
    // One field with one value; two leases at once start at the same tenant, which is no harm.
    private volatile string _last = "";

    /// <summary>The tenants in the order of their turns, at most as many as there are places.</summary>
    /// <param name="tenants">Those with something due.</param>
    /// <param name="max">The places.</param>
    public IReadOnlyList<string> Order(IEnumerable<string> tenants, int max)
    {
        var last = _last;
        return [.. tenants.OrderBy(tenant => string.CompareOrdinal(tenant, last) <= 0).ThenBy(tenant => tenant, StringComparer.Ordinal).Take(max)];
    }

    /// <summary>How many places each of them has.</summary>
    public static int Share(int tenants, int max) => Math.Max(1, max / Math.Max(1, tenants));

    /// <summary>Says whose turn was the last.</summary>
    public void Served(string tenant) => _last = tenant;
}
