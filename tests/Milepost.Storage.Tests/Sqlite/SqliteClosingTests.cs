using Milepost.Core.Tests;
using Milepost.Protocol.Streams;
using Milepost.Storage.Sqlite;
using Milepost.Testing;

namespace Milepost.Storage.Tests.Sqlite;

/// <summary>
/// The database is closed while it is used: a server whose time to stop is over does that. A connection that is freed under another thread's call takes the whole process
/// with it, and a caller that waits for ever keeps it from ending.
/// </summary>
public sealed class SqliteClosingTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");

    [Fact]
    public async Task Whoever_uses_it_while_it_is_closed_is_told_so_and_nothing_crashes()
    {
        for (var round = 0; round < 25; round++)
        {
            var database = SqliteDatabase.Open(Path.Combine(_directory.FullName, $"{round}.db"));
            var stores = SqliteDatabaseTests.Over(database);
            await stores.RecordAsync(Some.Placed("e-1", 1));
            using var begun = new CountdownEvent(5);
            Task[] users =
            [
                UseAsync(begun, () => database.CheckpointAsync(CancellationToken.None)),
                UseAsync(begun, async () => await stores.Log.AcknowledgeAsync([new(StreamName.Order(Some.Tenant, "o-1"), 1)], CancellationToken.None)),
                UseAsync(begun, () => stores.Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None)),
                UseAsync(begun, () => stores.Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None)),
                UseAsync(begun, async () => await stores.Log.AcknowledgeAsync([new(StreamName.Order(Some.Tenant, "o-1"), 1)], CancellationToken.None)),
            ];
            begun.Wait(Deadline.Default).ShouldBeTrue();
            database.Dispose();
            await Task.WhenAll(users).Soon();
        }
    }

    public void Dispose() => _directory.Delete(recursive: true);

    /// <summary>Again and again, until the database says that it is closed.</summary>
    private static Task UseAsync(CountdownEvent begun, Func<Task> use) => Task.Run(async () =>
    {
        for (var times = 0; ; times++)
        {
            try
            {
                await use();
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            if (times == 3)
            {
                begun.Signal();
            }
        }
    });
}
