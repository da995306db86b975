using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Tests;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Tests;

/// <summary>The three ports of one store, and what tests do with them.</summary>
internal sealed record Stores(IOrderStore Orders, INotificationStore Notifications, IStreamLog Log)
{
    public static readonly DateTimeOffset Now = Some.Evening.AddHours(1).AddTicks(1_234_567);

    public Task<RecordingPlan> RecordAsync(params IReadOnlyList<RecordedEvent> events) =>
        Orders.RecordAsync(events, context => RecordingPlanner.Plan(context, Some.Tools, events, Now), CancellationToken.None);

    public Task<NotificationSnapshot> InboxAsync(
        string customer = "c-1", bool? unread = null, bool archived = false, long? before = null, long? after = null, int limit = 1_000, string tenant = Some.Tenant) =>
        Notifications.ListAsync(new NotificationQuery(tenant, customer, unread, null, archived, before, after, limit), CancellationToken.None);

    public Task<InboxChanged?> ChangeAsync(string id, InboxChange change, string customer = "c-1", string tenant = Some.Tenant) =>
        Notifications.ChangeAsync(tenant, customer, id, change, Now, CancellationToken.None);

    public async Task<IReadOnlyList<StreamEntry>> EntriesAsync(StreamName stream, long after = 0, int limit = 10_000) => await Log.ReadAsync(stream, after, limit, CancellationToken.None);
}
