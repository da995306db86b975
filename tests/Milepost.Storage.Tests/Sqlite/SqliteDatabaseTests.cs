using System.Globalization;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tests;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Storage.Sqlite;
using Milepost.Testing;

namespace Milepost.Storage.Tests.Sqlite;

/// <summary>What is true of the embedded database beside the conformance: durability, schema, faults.</summary>
public sealed class SqliteDatabaseTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-sqlite-");

    private string File => Path.Combine(_directory.FullName, "milepost.db");

    private static IReadOnlyList<string> Scripts => [.. typeof(SqliteDatabase).Assembly.GetManifestResourceNames()
        .Where(name => name.EndsWith(".sqlite.sql", StringComparison.Ordinal)).Select(name => name.Split('.')[^3]).Order(StringComparer.Ordinal)];

    internal static Stores Over(SqliteDatabase database) => new(new SqliteOrderStore(database), new SqliteNotificationStore(database), new SqliteStreamLog(database));

    [Fact]
    public async Task Reopening_keeps_everything_and_the_epoch()
    {
        long epoch;
        string before;
        using (var database = SqliteDatabase.Open(File))
        {
            epoch = database.Epoch;
            var stores = Over(database);
            await stores.RecordAsync(Some.Placed("e-1", 1), Some.Status("e-2", OrderStatus.Paid, 2));
            await stores.Log.AcknowledgeAsync([new(StreamName.Order(Some.Tenant, "o-1"), 2)], CancellationToken.None);
            before = await DumpAsync(stores);
        }

        using var again = SqliteDatabase.Open(File);
        again.Epoch.ShouldBe(epoch);
        epoch.ShouldBeGreaterThan(0);
        (await DumpAsync(Over(again))).ShouldBe(before);
        (await Over(again).RecordAsync(Some.Status("e-2", OrderStatus.Paid, 2), Some.Status("e-3", OrderStatus.Ready, 3))).Entries[0].Offset.ShouldBe(3);
        using var other = SqliteDatabase.Open(Path.Combine(_directory.FullName, "other.db"));
        other.Epoch.ShouldNotBe(epoch);
    }

    [Fact]
    public async Task A_commit_is_in_the_file_before_it_is_reported()
    {
        // The file as it would be found after the process is killed: copied while the database is open and nothing was flushed since.
        using var database = SqliteDatabase.Open(File);
        await Over(database).RecordAsync(Some.Placed("e-1", 1));
        var copy = Path.Combine(_directory.FullName, "copy.db");
        System.IO.File.Copy(File, copy);
        System.IO.File.Copy(File + "-wal", copy + "-wal");
        using var found = SqliteDatabase.Open(copy);
        (await Over(found).Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None)).ShouldNotBeNull();
        found.Epoch.ShouldBe(database.Epoch);
    }

    [Fact]
    public async Task Commits_are_synchronous_and_the_log_is_written_ahead()
    {
        using var database = SqliteDatabase.Open(File);
        var (synchronous, journal, checkpoint) = await database.WriteAsync(session => (Pragma(session, "synchronous"), Pragma(session, "journal_mode"), Pragma(session, "wal_autocheckpoint")), CancellationToken.None);
        synchronous.ShouldBe("2", "FULL");
        journal.ShouldBe("wal");
        checkpoint.ShouldBe("0", "checkpoints run beside the commits");
    }

    [Fact]
    public void Readers_cannot_write()
    {
        using var database = SqliteDatabase.Open(File);
        Should.Throw<StoreUnavailableException>(() => database.Read(session =>
        {
            session.Run("DELETE FROM meta");
            return 0;
        })).Message.ShouldContain("readonly");
    }

    [Fact]
    public void A_schema_of_a_newer_version_is_refused_with_what_to_do()
    {
        using (SqliteDatabase.Open(File))
        {
        }

        using (var session = new SqliteSession(File, readOnly: false))
        {
            session.Script("PRAGMA user_version = 999");
        }

        Should.Throw<NewerSchemaException>(() => SqliteDatabase.Open(File)).Message
            .ShouldBe($"The database has schema version 999, this program knows {int.Parse(Scripts[^1][..4], CultureInfo.InvariantCulture)}. It was written by a newer version: run that one.");
    }

    [Fact]
    public void Migrations_say_what_they_do_once()
    {
        var said = new List<string>();
        using (SqliteDatabase.Open(File, said.Add))
        {
        }

        said.ShouldBe(Scripts.Select(script => "applying " + script));
        using (SqliteDatabase.Open(File, said.Add))
        {
        }

        said.Count.ShouldBe(Scripts.Count);
    }

    [Fact]
    public async Task Several_that_open_a_new_database_at_once_all_find_one_schema_and_one_epoch()
    {
        for (var round = 0; round < 5; round++)
        {
            var file = Path.Combine(_directory.FullName, $"{round}.db");
            using var start = new Barrier(6);
            var opened = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return SqliteDatabase.Open(file);
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default))).Soon();
            opened.Select(database => database.Epoch).Distinct().Count().ShouldBe(1);
            foreach (var database in opened)
            {
                database.Dispose();
            }
        }
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        System.IO.File.WriteAllText(File, new string('x', 10_000));
        Should.Throw<StoreUnavailableException>(() => SqliteDatabase.Open(File)).Message.ShouldContain("not a database");
    }

    [Fact]
    public async Task Readers_beside_a_writer_see_whole_transactions()
    {
        using var database = SqliteDatabase.Open(File);
        var stores = Over(database);
        using var ended = new CancellationTokenSource();
        var torn = 0;
        var seen = new HashSet<long>();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (!ended.IsCancellationRequested)
                {
                    // Every transaction adds 5 events to each of two orders: any other number is half of one.
                    var (one, two) = database.Read(session => (Count(session, "order:o-1"), Count(session, "order:o-2")));
                    if (one != two || one % 5 != 0)
                    {
                        Interlocked.Increment(ref torn);
                    }

                    lock (seen)
                    {
                        seen.Add(one);
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToList();
        for (var batch = 0; batch < 60; batch++)
        {
            await stores.RecordAsync([.. Enumerable.Range(0, 10).Select(index => Some.Placed($"e-{batch}-{index}", index, order: $"o-{1 + (index % 2)}"))]);
        }

        await ended.CancelAsync();
        await Task.WhenAll(readers).Soon();
        torn.ShouldBe(0);
        seen.Count.ShouldBeGreaterThan(2, "readers must have seen the work in progress");
    }

    [Fact]
    public async Task A_full_disk_is_reported_leaves_nothing_behind_and_passes()
    {
        using var database = SqliteDatabase.Open(File);
        var stores = Over(database);
        await stores.RecordAsync(Some.Placed("e-1", 1));
        var before = await DumpAsync(stores);
        await LimitPagesAsync(database, pages: 1);

        var note = new string('n', 200_000);
        await Should.ThrowAsync<StoreUnavailableException>(() => stores.RecordAsync(Some.Status("e-2", OrderStatus.Paid, 2) with { Note = note }, Some.Placed("e-3", 3, order: "o-3")));
        (await DumpAsync(stores)).ShouldBe(before);
        (await stores.Orders.FindAsync(Some.Tenant, "o-3", CancellationToken.None)).ShouldBeNull();

        await LimitPagesAsync(database, pages: 1_000_000);
        (await stores.RecordAsync(Some.Status("e-2", OrderStatus.Paid, 2) with { Note = note }, Some.Placed("e-3", 3, order: "o-3"))).Outcomes.ShouldAllBe(outcome => outcome is RecordOutcome.Accepted);
    }

    [Fact]
    public async Task A_transaction_that_fails_half_way_leaves_nothing()
    {
        using var database = SqliteDatabase.Open(File);
        var stores = Over(database);
        await stores.RecordAsync(Some.Placed("e-1", 1));
        var before = await DumpAsync(stores);
        // The plan names an event that is there already, behind one that is new: the index refuses it when half is written.
        await Should.ThrowAsync<InvalidOperationException>(() => stores.Orders.RecordAsync([Some.Status("e-2", OrderStatus.Paid, 2)], context =>
        {
            var plan = RecordingPlanner.Plan(context, Some.Tools, [Some.Status("e-2", OrderStatus.Paid, 2)], Stores.Now);
            plan.Events.Add(Some.Placed("e-1", 1));
            return plan;
        }, CancellationToken.None));
        (await DumpAsync(stores)).ShouldBe(before);
        (await stores.RecordAsync(Some.Status("e-2", OrderStatus.Paid, 2))).Outcomes.Single().ShouldBeOfType<RecordOutcome.Accepted>();
    }

    [Fact]
    public async Task The_checkpoint_writes_the_log_back_and_starts_a_long_one_over()
    {
        using var database = SqliteDatabase.Open(File);
        var stores = Over(database);
        await FillAsync(0);
        var log = new FileInfo(File + "-wal");
        var length = log.Length;
        length.ShouldBeGreaterThan(35 * 1024 * 1024);
        await database.CheckpointAsync(CancellationToken.None);
        new FileInfo(File).Length.ShouldBeGreaterThan(20 * 1024 * 1024);

        // As much again fits into the same file: it was started over from the front.
        await FillAsync(20);
        log.Refresh();
        log.Length.ShouldBeLessThanOrEqualTo(length + (1024 * 1024));
        (await stores.Orders.FindAsync(Some.Tenant, "o-39", CancellationToken.None)).ShouldNotBeNull();

        async Task FillAsync(int first)
        {
            for (var index = first; index < first + 20; index++)
            {
                await stores.RecordAsync(Some.Status($"e-{index}", OrderStatus.Paid, index, order: $"o-{index}") with { Note = new string('n', 1_000_000) });
            }
        }
    }

    [Fact]
    public async Task Behind_the_end_nothing_is_written()
    {
        var database = SqliteDatabase.Open(File);
        database.Dispose();
        await Should.ThrowAsync<ObjectDisposedException>(() => Over(database).RecordAsync(Some.Placed("e-1", 1)));
        await Should.ThrowAsync<ObjectDisposedException>(() => Over(database).Orders.FindAsync(Some.Tenant, "o-1", CancellationToken.None));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static Task LimitPagesAsync(SqliteDatabase database, int pages) => database.WriteAsync(
        session =>
        {
            // Set to less than the file has, it is what the file has: the next page does not fit any more.
            session.Run(string.Create(CultureInfo.InvariantCulture, $"PRAGMA max_page_count = {pages}"));
            return 0;
        },
        CancellationToken.None);

    private static string Pragma(SqliteSession session, string name)
    {
        using var statement = session.Prepare($"PRAGMA {name}");
        statement.Step();
        return statement.Text(0);
    }

    private static long Count(SqliteSession session, string subject)
    {
        using var statement = session.Prepare("SELECT COUNT(*) FROM events WHERE tenant = ? AND subject = ?").Bind(1, Some.Tenant).Bind(2, subject);
        statement.Step();
        return statement.Long(0);
    }

    private static async Task<string> DumpAsync(Stores stores)
    {
        var snapshot = (await stores.Orders.SnapshotAsync(Some.Tenant, "o-1", CancellationToken.None))!;
        var (order, timeline) = OrderHistory.Replay(snapshot.Events);
        var inbox = await stores.InboxAsync();
        var entries = (await stores.EntriesAsync(StreamName.Order(Some.Tenant, "o-1"))).Concat(await stores.EntriesAsync(StreamName.Customer(Some.Tenant, "c-1")));
        var acknowledged = await stores.Log.AcknowledgedAsync(StreamName.Order(Some.Tenant, "o-1"), CancellationToken.None);
        return string.Join('\n', (string[])
        [
            $"{order.Status} {order.EventCount} {snapshot.Order.Status} {snapshot.Order.EventCount} {snapshot.Epoch} {snapshot.Head} {acknowledged}",
            .. timeline.Select(entry => entry.ToString()), inbox.Inbox.ToString(), inbox.Head.ToString(), .. inbox.Items.Select(item => item.ToString()),
            .. entries.Select(entry => $"{entry.Stream} {entry.Offset} {entry.Check} {entry.Type} {entry.Id} {entry.Time:O} {Convert.ToHexString(entry.Data)}"),
        ]);
    }
}
