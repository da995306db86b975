using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Customers;
using Milepost.Core.Notifications;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Streams;
using Npgsql;

namespace Milepost.Storage.Postgres;

public sealed class PostgresCustomerStore(PostgresDatabase database) : ICustomerStore
{
    // Each time somebody else has taken the same address in between: people log in on one device one after the other.
    private const int MaxClaims = 8;

    public Task<Customer?> FindAsync(string tenant, string customerId, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add("SELECT body FROM customers WHERE tenant = $1 AND id = $2", tenant, customerId),
        async reader => await reader.ReadAsync(CancellationToken.None) ? Read(reader) : null,
        cancellationToken);

    public Task<TChange> ChangeAsync<TChange>(string tenant, string customerId, Func<CustomerState, TChange> decide, CancellationToken cancellationToken)
        where TChange : CustomerChange => database.WriteAsync(
        TenantScope.Of(tenant),
        async session =>
        {
            var stream = StreamName.Customer(tenant, customerId);
            var (locked, customers, _) = await LockAsync(session, tenant, [customerId], addressKey: "");
            var before = customers.GetValueOrDefault(customerId) ?? CustomerWrite.Unknown(tenant, customerId);
            var change = decide(new CustomerState(before, stream, locked[stream].Head));
            if (change.Customer is null && change.Entries.Count == 0)
            {
                return change;
            }

            if (change.Customer is { } after)
            {
                Release(session, tenant, customerId, CustomerWrite.Lost(before, after));
                Save(session, [after]);
            }

            if (change.Entries is [.., var last])
            {
                var counts = new Dictionary<StreamName, InboxState> { [stream] = locked[stream].Inbox };
                PostgresStreamLog.Append(session, locked, [new(stream, new StreamHead(last.Offset, last.Check))], counts, change.Entries);
            }

            await session.CommitAsync();
            return change;
        },
        cancellationToken);

    public async Task<DeviceClaim?> ClaimDeviceAsync(string tenant, string customerId, Device device, CancellationToken cancellationToken)
    {
        for (var run = 1; run <= MaxClaims; run++)
        {
            var (claim, again) = await database.WriteAsync(TenantScope.Of(tenant), session => ClaimAsync(session, tenant, customerId, device), cancellationToken);
            if (!again)
            {
                return claim;
            }
        }

        throw new StoreUnavailableException("PostgreSQL: the address of a device is being claimed by several customers at once.");
    }

    // Whoever holds the address has to be locked too, and both locks are taken in the common order: so the holder is looked up first, and again behind
    // the locks. Again: somebody was faster, and nothing was written.
    private static async Task<(DeviceClaim? Claim, bool Again)> ClaimAsync(PostgresSession session, string tenant, string customerId, Device device)
    {
        var key = DeviceList.AddressKey(device);
        session.Add(HolderOf, tenant, key);
        string? holderId;
        await using (var reader = await session.SendAsync())
        {
            holderId = await reader.ReadAsync() ? reader.GetString(0) : null;
        }

        var (_, customers, now) = await LockAsync(session, tenant, holderId is null ? [customerId] : [.. new[] { customerId, holderId }.Distinct(StringComparer.Ordinal)], key);
        var before = customers.GetValueOrDefault(customerId) ?? CustomerWrite.Unknown(tenant, customerId);
        if (before.ErasedAt is not null || now != holderId)
        {
            return (null, before.ErasedAt is null);
        }

        var move = DeviceList.Move(before, holderId is null || holderId == customerId ? null : customers.GetValueOrDefault(holderId), device);
        var kept = DeviceList.AddressKeys(move.Claimer);
        // A row that nobody had is not held by any lock: where two make it at once, the second waits here and finds somebody else's.
        session.Add(
            """
            INSERT INTO devices (tenant, address, customer) VALUES ($1, $2, $3)
            ON CONFLICT (tenant, address) DO UPDATE SET customer = excluded.customer WHERE devices.customer = $4
            RETURNING 1
            """,
            tenant, key, customerId, holderId ?? customerId);
        await using (var reader = await session.SendAsync())
        {
            if (!await reader.ReadAsync())
            {
                return (null, true);
            }
        }

        Release(session, tenant, customerId, [.. DeviceList.AddressKeys(before).Where(address => !kept.Contains(address))]);
        Save(session, move.Holder is { } loser ? [move.Claimer, loser] : [move.Claimer]);
        await session.CommitAsync();
        return (move.Claim, false);
    }

    private const string HolderOf = "SELECT customer FROM devices WHERE tenant = $1 AND address = $2";

    private static async Task<(Dictionary<StreamName, LockedStream> Locked, Dictionary<string, Customer> Customers, string? Holder)> LockAsync(
        PostgresSession session, string tenant, string[] customerIds, string addressKey)
    {
        PostgresStreamLocks.Add(session, PostgresStreamLocks.Sorted(customerIds.Select(id => StreamName.Customer(tenant, id))));
        session.Add("SELECT body FROM customers WHERE tenant = $1 AND id = ANY ($2)", tenant, customerIds);
        session.Add(HolderOf, tenant, addressKey);
        var locked = new Dictionary<StreamName, LockedStream>();
        var customers = new Dictionary<string, Customer>(StringComparer.Ordinal);
        await using var reader = await session.SendAsync();
        await PostgresStreamLocks.ReadAsync(reader, locked);
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
        {
            var customer = Read(reader);
            customers.Add(customer.Profile.Id, customer);
        }

        await reader.NextResultAsync();
        return (locked, customers, await reader.ReadAsync() ? reader.GetString(0) : null);
    }

    private static void Save(PostgresSession session, Customer[] customers) => session.Add(
        "INSERT INTO customers (tenant, id, body) SELECT k.* FROM unnest($1, $2, $3) AS k ON CONFLICT (tenant, id) DO UPDATE SET body = excluded.body",
        customers.Select(customer => customer.Tenant).ToArray(), customers.Select(customer => customer.Profile.Id).ToArray(),
        customers.Select(customer => JsonSerializer.SerializeToUtf8Bytes(customer, CoreJson.Default.Customer)).ToArray());

    private static void Release(PostgresSession session, string tenant, string customerId, string[] addressKeys)
    {
        if (addressKeys.Length > 0)
        {
            session.Add("DELETE FROM devices WHERE tenant = $1 AND address = ANY ($2) AND customer = $3", tenant, addressKeys, customerId);
        }
    }

    internal static Customer Read(NpgsqlDataReader reader) => JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(0), CoreJson.Default.Customer)!;
}
