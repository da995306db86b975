using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Streams;
using Milepost.Server.Access;

namespace Milepost.Server.Api;

internal static class NotificationEndpoints
{
    public static void MapNotifications(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/notifications").Allow(AccessRule.Customer).WithTags("Notifications").ProducesOurProblems();
        group.MapGet("", ListAsync).WithName("listNotifications").Produces<NotificationPage>()
            .WithSummary("Lists the caller's notifications, newest first, with the inbox's counts.");
        group.MapPut("read-all", ReadAllAsync).WithName("readAllNotifications").Produces<InboxCounts>()
            .WithSummary("Marks everything unread as read.");
        Change(group.MapPut("{id}/read", Changer(InboxChange.Read)), "readNotification", "Marks one as read.");
        Change(group.MapDelete("{id}/read", Changer(InboxChange.Unread)), "unreadNotification", "Marks one as unread.");
        Change(group.MapPut("{id}/archived", Changer(InboxChange.Archive)), "archiveNotification", "Takes one out of the inbox.");
        Change(group.MapDelete("{id}/archived", Changer(InboxChange.Restore)), "restoreNotification", "Puts one back into the inbox.");
    }

    private static void Change(RouteHandlerBuilder route, string name, string summary) => route.WithName(name).WithSummary(summary).Produces<InboxCounts>();

    private static Func<HttpContext, INotificationStore, ICommitListener, TimeProvider, string, string, Task<IResult>> Changer(InboxChange change) =>
        async (context, store, listener, time, tenant, id) =>
        {
            var changed = await store.ChangeAsync(tenant, context.Caller().Subject, id, change, time.GetUtcNow(), context.RequestAborted);
            return changed is null ? Problems.Result(ErrorCode.NotFound) : Answer(changed, listener);
        };

    /// <param name="unread">true: only unread ones; false: only read ones.</param>
    /// <param name="category">order, security, system, social or task.</param>
    /// <param name="archived">true: those taken out of the inbox.</param>
    /// <param name="limit">1 to 200; 50 when absent.</param>
    /// <param name="before">Only those older than this cursor (the <c>next</c> of a page).</param>
    /// <param name="after">Only those newer than this cursor.</param>
    private static async Task<IResult> ListAsync(
        HttpContext context, INotificationStore store, string tenant, string? unread, string? category, string? archived, string? limit, string? before, string? after)
    {
        if (!ListParameters.TryBool(unread, out var onlyUnread) || !ListParameters.TryBool(archived, out var fromArchive) || !ListParameters.TryLimit(limit, out var count))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "unread and archived are true or false; limit is 1 to 200.");
        }

        NotificationCategory? kind = null;
        if (category is not null)
        {
            if (!Enum.GetNames<NotificationCategory>().Contains(category, StringComparer.OrdinalIgnoreCase) || category.Any(char.IsUpper))
            {
                return Problems.Result(ErrorCode.InvalidParameter, "The categories are order, security, system, social and task.", "category");
            }

            kind = Enum.Parse<NotificationCategory>(category, ignoreCase: true);
        }

        if (!ListParameters.TryCursor(before, out var olderThan) || !ListParameters.TryCursor(after, out var newerThan))
        {
            return Problems.Result(ErrorCode.InvalidCursor);
        }

        var customer = context.Caller().Subject;
        var query = new NotificationQuery(tenant, customer, onlyUnread, kind, fromArchive ?? false, olderThan, newerThan, count + 1);
        var page = await store.ListAsync(query, context.RequestAborted);
        var next = page.Items.Count > count ? ListParameters.Cursor(page.Items[count - 1].Place) : null;
        var stream = OrderViewMapping.ToState(StreamLabels.Notifications, page.Epoch, page.Head);
        return TypedResults.Ok(new NotificationPage([.. page.Items.Take(count).Select(item => item.Notification)], page.Inbox.Unread, page.Inbox.Total, next, stream));
    }

    private static async Task<IResult> ReadAllAsync(HttpContext context, INotificationStore store, ICommitListener listener, TimeProvider time, string tenant) =>
        Answer(await store.ReadAllAsync(tenant, context.Caller().Subject, time.GetUtcNow(), context.RequestAborted), listener);

    private static IResult Answer(InboxChanged changed, ICommitListener listener)
    {
        if (changed.Entry is not null)
        {
            listener.Committed([changed.Entry]);
        }

        return TypedResults.Ok(new InboxCounts(changed.Inbox.Unread, changed.Inbox.Total));
    }
}
