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

    public async Task<RetentionOutcome?> DropBeforeAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.MaintenanceSource.OpenConnectionAsync(cancellationToken);
            var pass = new PostgresRetentionPass(connection, before.UtcTicks, cancellationToken);
            // Of the session: it ends with the connection, which is not pooled.
            if (!(bool)(await pass.ValueAsync("SELECT pg_try_advisory_lock($1)", Lock))!)
            {
                return null;
            }

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
        catch (Exception failure) when (PostgresFailures.IsUnavailable(failure))
        {
            throw PostgresFailures.Unavailable(failure);
        }
    }

    private static async Task<List<string>> ExpiredAsync(NpgsqlConnection connection, string table, DateTimeOffset before, CancellationToken cancellationToken) =>
        [.. (await PostgresPartitions.ListAsync(connection, table, cancellationToken)).Where(week => week.To <= before.UtcTicks).Select(week => week.Name)];
}
