using Milepost.Core.Streams;
using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>
/// Drops whole weeks. First, in small transactions, the notifications of a week go with their counts, and the first offsets of the streams move
/// behind its entries; nobody can be served from it any more. Then the partition is dropped, with whatever stream was missed moved in the same
/// transaction. Between the two, readers leave out what lies below the first offset.
/// </summary>
public sealed class PostgresRetentionStore(PostgresDatabase database, TimeProvider time) : IRetentionStore
{
    // "retention" in ASCII, cut to eight: held for the whole pass, so that one node does it.
    private const long Lock = 0x726574656e74696f;

    public Task<RetentionOutcome?> DropBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        AloneAsync(TenantScope.All, before, (connection, pass) => DropWeeksAsync(connection, pass, before, cancellationToken), cancellationToken);

    public Task<RetentionOutcome?> DropBeforeAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken) =>
        AloneAsync(TenantScope.Of(tenant), before, (_, pass) => pass.DropOfCustomersAsync(tenant), cancellationToken);

    public async Task<long> DropDeliveriesAsync(string tenant, DateTimeOffset before, CancellationToken cancellationToken) =>
        await AloneAsync(TenantScope.Of(tenant), before, (_, pass) => pass.DropDeliveriesAsync(tenant), cancellationToken) ?? 0;

    public async Task<long> DropDeadLettersAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        await AloneAsync(TenantScope.All, before, (_, pass) => pass.DropDeadLettersAsync(), cancellationToken) ?? 0;

    public async Task<long> DropRevocationsAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        await AloneAsync(TenantScope.All, before, (_, pass) => pass.DropRevocationsAsync(), cancellationToken) ?? 0;

    public Task<IReadOnlyList<string>> TenantsAsync(CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.All,
        // By jumping from one to the next in the index, however many streams each has.
        session => session.Add(
            """
            WITH RECURSIVE found (tenant) AS (
                SELECT min(tenant) FROM streams UNION ALL SELECT (SELECT min(s.tenant) FROM streams s WHERE s.tenant > found.tenant) FROM found WHERE found.tenant IS NOT NULL)
            SELECT tenant FROM found WHERE tenant IS NOT NULL
            """),
        async reader =>
        {
            var tenants = new List<string>();
            while (await reader.ReadAsync(CancellationToken.None))
            {
                tenants.Add(reader.GetString(0));
            }

            return (IReadOnlyList<string>)tenants;
        },
        cancellationToken);

    private async Task<RetentionOutcome> DropWeeksAsync(NpgsqlConnection connection, PostgresRetentionPass pass, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await PostgresPartitions.EnsureAsync(connection, time.GetUtcNow(), cancellationToken);
        var (entries, notifications) = (0L, 0L);
        foreach (var week in await ExpiredAsync(connection, "notifications", before, cancellationToken))
        {
            notifications += await pass.TakeNotificationsAsync(week);
            await pass.DropAsync(week);
        }

        notifications += await pass.TakeNotificationsAsync("notifications_default");
        foreach (var week in await ExpiredAsync(connection, "entries", before, cancellationToken))
        {
            await pass.MoveFirstAsync(week);
            entries += await pass.DropEntriesAsync(week);
        }

        await pass.MoveFirstAsync("entries_default");
        entries += await pass.ClearEntriesAsync("entries_default");
        return new RetentionOutcome(entries, notifications);
    }

    private async Task<T?> AloneAsync<T>(
        TenantScope scope, DateTimeOffset before, Func<NpgsqlConnection, PostgresRetentionPass, Task<T>> work, CancellationToken cancellationToken)
        where T : struct
    {
        try
        {
            await using var connection = await database.MaintenanceSource.OpenConnectionAsync(cancellationToken);
            var pass = new PostgresRetentionPass(connection, scope, before.UtcTicks, cancellationToken);
            // Of the session: it ends with the connection, which is not pooled.
            return (bool)(await pass.ValueAsync("SELECT pg_try_advisory_lock($1)", Lock))! ? await work(connection, pass) : null;
        }
        catch (Exception failure) when (PostgresFailures.IsUnavailable(failure))
        {
            throw PostgresFailures.Unavailable(failure);
        }
    }

    private static async Task<List<string>> ExpiredAsync(NpgsqlConnection connection, string table, DateTimeOffset before, CancellationToken cancellationToken) =>
        [.. (await PostgresPartitions.ListAsync(connection, table, cancellationToken)).Where(week => week.To <= before.UtcTicks).Select(week => week.Name)];
}
