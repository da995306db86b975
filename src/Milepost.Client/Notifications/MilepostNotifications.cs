using System.Text.Json;
using Milepost.Client.Http;
using Milepost.Protocol;
using Milepost.Protocol.Notifications;

namespace Milepost.Client.Notifications;

/// <summary>Which notifications to list; what is null does not filter.</summary>
public sealed record NotificationFilter
{
    /// <summary>True: only unread ones; false: only read ones.</summary>
    public bool? Unread { get; init; }

    /// <summary>Only this category.</summary>
    public NotificationCategory? Category { get; init; }

    /// <summary>True: only archived ones; null or false: only those in the inbox.</summary>
    public bool? Archived { get; init; }

    /// <summary>How many a page may hold.</summary>
    public int? Limit { get; init; }

    /// <summary>The <c>Next</c> of the page before.</summary>
    public string? Cursor { get; init; }
}

/// <summary>The caller's own inbox. Every change is told to all of the caller's devices as a stream entry.</summary>
public sealed class MilepostNotifications
{
    private readonly MilepostHttp _http;

    internal MilepostNotifications(MilepostHttp http) => _http = http;

    /// <summary>One page, newest first, with the inbox's counts and the cursor to follow <c>notifications</c> from without a gap.</summary>
    public Task<NotificationPage> ListAsync(NotificationFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var query = new Query("notifications")
            .Add("unread", filter?.Unread)
            .Add("category", filter?.Category is { } category ? JsonNamingPolicy.CamelCase.ConvertName(category.ToString()) : null)
            .Add("archived", filter?.Archived)
            .Add("limit", filter?.Limit)
            .Add("cursor", filter?.Cursor);
        return _http.SendAsync(HttpMethod.Get, query.ToString(), content: null, ProtocolJson.Default.NotificationPage, cancellationToken);
    }

    /// <summary>Marks one as read.</summary>
    public Task<InboxCounts> MarkReadAsync(string id, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Put, $"notifications/{Uri.EscapeDataString(id)}/read", cancellationToken);

    /// <summary>Marks one as unread.</summary>
    public Task<InboxCounts> MarkUnreadAsync(string id, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Delete, $"notifications/{Uri.EscapeDataString(id)}/read", cancellationToken);

    /// <summary>Marks everything that is unread now as read.</summary>
    public Task<InboxCounts> ReadAllAsync(CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Put, "notifications/read-all", cancellationToken);

    /// <summary>Takes one out of the inbox.</summary>
    public Task<InboxCounts> ArchiveAsync(string id, CancellationToken cancellationToken = default) =>
        ChangeAsync(HttpMethod.Put, $"notifications/{Uri.EscapeDataString(id)}/archived", cancellationToken);

    private Task<InboxCounts> ChangeAsync(HttpMethod method, string path, CancellationToken cancellationToken) =>
        _http.SendAsync(method, path, content: null, ProtocolJson.Default.InboxCounts, cancellationToken);
}
