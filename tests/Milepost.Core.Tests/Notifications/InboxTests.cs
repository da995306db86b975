using System.Text;
using Milepost.Core.Notifications;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Tests.Notifications;

public sealed class InboxTests
{
    private static readonly StreamName Stream = StreamName.Customer("acme", "c-1");
    private static readonly DateTimeOffset Earlier = Some.Evening.AddMinutes(-5);

    [Theory]
    //         read   archived change                read   archived unread total entry
    [InlineData(false, false, InboxChange.Read, true, false, -1, 0, true)]
    [InlineData(false, false, InboxChange.Unread, false, false, 0, 0, false)]
    [InlineData(false, false, InboxChange.Archive, false, true, -1, -1, true)]
    [InlineData(false, false, InboxChange.Restore, false, false, 0, 0, false)]
    [InlineData(true, false, InboxChange.Read, true, false, 0, 0, false)]
    [InlineData(true, false, InboxChange.Unread, false, false, 1, 0, true)]
    [InlineData(true, false, InboxChange.Archive, true, true, 0, -1, true)]
    [InlineData(true, false, InboxChange.Restore, true, false, 0, 0, false)]
    [InlineData(false, true, InboxChange.Read, true, true, 0, 0, true)]
    [InlineData(false, true, InboxChange.Unread, false, true, 0, 0, false)]
    [InlineData(false, true, InboxChange.Archive, false, true, 0, 0, false)]
    [InlineData(false, true, InboxChange.Restore, false, false, 1, 1, true)]
    [InlineData(true, true, InboxChange.Read, true, true, 0, 0, false)]
    [InlineData(true, true, InboxChange.Unread, false, true, 0, 0, true)]
    [InlineData(true, true, InboxChange.Archive, true, true, 0, 0, false)]
    [InlineData(true, true, InboxChange.Restore, true, false, 0, 1, true)]
    public void Every_change_of_every_state(bool read, bool archived, InboxChange change, bool readAfter, bool archivedAfter, int unread, int total, bool told)
    {
        var before = Told() with { ReadAt = read ? Earlier : null, ArchivedAt = archived ? Earlier : null };
        var head = new StreamHead(7, 99);
        var (after, inbox, entry) = Inbox.Change(Stream, head, before, new InboxState(3, 5), change, Some.Evening);

        (after.ReadAt is not null, after.ArchivedAt is not null).ShouldBe((readAfter, archivedAfter));
        inbox.ShouldBe(new InboxState(3 + unread, 5 + total));
        (entry is not null).ShouldBe(told);
        if (entry is not null)
        {
            (entry.Stream, entry.Offset, entry.Check, entry.Type, entry.Time).ShouldBe((Stream, 8, head.Next(entry.Id).Check, "notification.updated", Some.Evening));
        }
    }

    [Fact]
    public void The_first_time_of_reading_is_kept()
    {
        var (after, _, entry) = Inbox.Change(Stream, default, Told() with { ReadAt = Earlier }, new InboxState(0, 1), InboxChange.Read, Some.Evening);
        after.ReadAt.ShouldBe(Earlier);
        entry.ShouldBeNull();
    }

    [Fact]
    public void The_entry_tells_the_other_devices_the_state_and_the_counts()
    {
        var (_, _, entry) = Inbox.Change(Stream, default, Told(), new InboxState(3, 5), InboxChange.Read, Some.Evening);
        Encoding.UTF8.GetString(entry!.Data).ShouldBe("""{"id":"n-1","readAt":"2026-11-21T18:00:00.000Z","unread":2,"total":5}""");
    }

    [Fact]
    public void Reading_all_is_one_entry()
    {
        var (inbox, entry) = Inbox.ReadAll(Stream, new StreamHead(1, 2), new InboxState(3, 5), Some.Evening);
        inbox.ShouldBe(new InboxState(0, 5));
        entry!.Type.ShouldBe("unread.changed");
        entry.Offset.ShouldBe(2);
        Encoding.UTF8.GetString(entry.Data).ShouldBe("""{"unread":0,"total":5,"readAt":"2026-11-21T18:00:00.000Z"}""");
    }

    [Fact]
    public void Reading_all_of_nothing_is_no_entry()
    {
        var (inbox, entry) = Inbox.ReadAll(Stream, default, new InboxState(0, 5), Some.Evening);
        inbox.ShouldBe(new InboxState(0, 5));
        entry.ShouldBeNull();
    }

    [Fact]
    public void No_sequence_of_changes_makes_a_count_negative_or_wrong()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var all = Enumerable.Range(0, 4).Select(index => Told() with { Id = $"n-{index}" }).ToArray();
            var inbox = new InboxState(4, 4);
            for (var step = 0; step < 50; step++)
            {
                var at = random.Next(all.Length);
                (all[at], inbox, _) = Inbox.Change(Stream, default, all[at], inbox, (InboxChange)random.Next(4), Some.Evening);
                inbox.ShouldBe(new InboxState(all.Count(one => one is { ReadAt: null, ArchivedAt: null }), all.Count(one => one.ArchivedAt is null)));
            }
        }
    }

    private static Notification Told() => new()
    {
        Id = "n-1",
        Type = "order.paid",
        Category = NotificationCategory.Order,
        Priority = NotificationPriority.Normal,
        Title = "t",
        Body = "b",
        EventId = "e-1",
        CreatedAt = Some.Evening,
    };
}
