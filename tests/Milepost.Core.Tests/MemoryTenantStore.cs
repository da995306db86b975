using System.Text.Json;
using Milepost.Core.Tenants;

namespace Milepost.Core.Tests;

/// <summary>The model that every tenant store is compared with.</summary>
internal sealed class MemoryTenantStore : ITenantStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (byte[] Body, long Version, DateTimeOffset Updated)> _rows = new(StringComparer.Ordinal);

    /// <summary>Set: the store cannot be reached.</summary>
    public Exception? Failure { get; set; }

    public Task<StoredTenant?> FindAsync(string tenant, CancellationToken cancellationToken) => InTurn(() => _rows.ContainsKey(tenant) ? Row(tenant) : null);

    public Task<StoredTenant?> PutAsync(string tenant, TenantSettings settings, long expected, DateTimeOffset now, CancellationToken cancellationToken) => InTurn(() =>
    {
        if ((_rows.TryGetValue(tenant, out var row) ? row.Version : 0) != expected)
        {
            return null;
        }

        _rows[tenant] = (JsonSerializer.SerializeToUtf8Bytes(settings, CoreJson.Default.TenantSettings), expected + 1, now.ToUniversalTime());
        return Row(tenant);
    });

    public Task<IReadOnlyList<StoredTenant>> ListSinceAsync(DateTimeOffset at, CancellationToken cancellationToken) =>
        InTurn<IReadOnlyList<StoredTenant>>(() => [.. _rows.Where(row => row.Value.Updated >= at).Select(row => row.Key).Order(StringComparer.Ordinal).Select(Row)]);

    private StoredTenant Row(string tenant)
    {
        var (body, version, updated) = _rows[tenant];
        return new StoredTenant(tenant, JsonSerializer.Deserialize(body, CoreJson.Default.TenantSettings)! with { Version = version }, updated);
    }

    private Task<T> InTurn<T>(Func<T> work)
    {
        lock (_gate)
        {
            return Failure is null ? Task.FromResult(work()) : Task.FromException<T>(Failure);
        }
    }
}
