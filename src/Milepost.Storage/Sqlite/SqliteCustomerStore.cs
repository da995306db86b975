using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Customers;
using Milepost.Core.Notifications;
using Milepost.Core.Streams;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteCustomerStore(SqliteDatabase database) : ICustomerStore
{
    public Task<Customer?> FindAsync(string tenant, string customerId, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(session => Find(session, tenant, customerId)));

    public Task<TChange> ChangeAsync<TChange>(string tenant, string customerId, Func<CustomerState, TChange> decide, CancellationToken cancellationToken)
        where TChange : CustomerChange => database.WriteAsync(
        session =>
        {
            var stream = StreamName.Customer(tenant, customerId);
            var row = SqliteStreamLog.Find(session, stream) ?? default;
            var before = Find(session, tenant, customerId) ?? CustomerWrite.Unknown(tenant, customerId);
            var change = decide(new CustomerState(before, stream, row.Head));
            if (change.Customer is { } after)
            {
                Release(session, tenant, customerId, CustomerWrite.Lost(before, after));
                Save(session, after);
            }

            Append(session, stream, row.Inbox, change.Entries);
            return change;
        },
        cancellationToken);

    public Task<DeviceClaim?> ClaimDeviceAsync(string tenant, string customerId, Device device, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            var before = Find(session, tenant, customerId) ?? CustomerWrite.Unknown(tenant, customerId);
            if (before.ErasedAt is not null)
            {
                return null;
            }

            var holderId = Holder(session, tenant, DeviceList.AddressKey(device));
            var holder = holderId is null || holderId == customerId ? null : Find(session, tenant, holderId);
            var move = DeviceList.Move(before, holder, device);
            var kept = DeviceList.AddressKeys(move.Claimer);
            Release(session, tenant, customerId, [.. DeviceList.AddressKeys(before).Where(key => !kept.Contains(key))]);
            session.Prepare("INSERT INTO devices (tenant, address, customer) VALUES (?, ?, ?) ON CONFLICT (tenant, address) DO UPDATE SET customer = excluded.customer")
                .Bind(1, tenant).Bind(2, DeviceList.AddressKey(device)).Bind(3, customerId).Run();
            Save(session, move.Claimer);
            if (move.Holder is { } loser)
            {
                Save(session, loser);
            }

            return move.Claim;
        },
        cancellationToken);

    internal static Customer? Find(SqliteSession session, string tenant, string customerId)
    {
        using var statement = session.Prepare("SELECT body FROM customers WHERE tenant = ? AND id = ?").Bind(1, tenant).Bind(2, customerId);
        return statement.Step() ? JsonSerializer.Deserialize(statement.Blob(0), CoreJson.Default.Customer) : null;
    }

    private static string? Holder(SqliteSession session, string tenant, string addressKey)
    {
        using var statement = session.Prepare("SELECT customer FROM devices WHERE tenant = ? AND address = ?").Bind(1, tenant).Bind(2, addressKey);
        return statement.Step() ? statement.Text(0) : null;
    }

    private static void Save(SqliteSession session, Customer customer) => session.Prepare("""
        INSERT INTO customers (tenant, id, body) VALUES (?, ?, ?)
        ON CONFLICT (tenant, id) DO UPDATE SET body = excluded.body
        """).Bind(1, customer.Tenant).Bind(2, customer.Profile.Id).Bind(3, JsonSerializer.SerializeToUtf8Bytes(customer, CoreJson.Default.Customer)).Run();

    private static void Release(SqliteSession session, string tenant, string customerId, string[] addressKeys)
    {
        foreach (var key in addressKeys)
        {
            session.Prepare("DELETE FROM devices WHERE tenant = ? AND address = ? AND customer = ?").Bind(1, tenant).Bind(2, key).Bind(3, customerId).Run();
        }
    }

    private static void Append(SqliteSession session, StreamName stream, InboxState inbox, IReadOnlyList<StreamEntry> entries)
    {
        if (entries.Count > 0)
        {
            var counts = new Dictionary<StreamName, InboxState> { [stream] = inbox };
            SqliteStreamLog.Append(session, [new(stream, new StreamHead(entries[^1].Offset, entries[^1].Check))], counts, entries);
        }
    }
}
