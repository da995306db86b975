namespace Milepost.Protocol.Errors;

/// <summary>A stable error code: what a program decides by. The texts beside it are for people and may change.</summary>
/// <param name="Code">The word on the wire.</param>
/// <param name="Status">The HTTP status of a whole answer with this code.</param>
/// <param name="Title">What happened, in a few words.</param>
/// <param name="Retry">Whether the same request may succeed later.</param>
public sealed record ErrorCode(string Code, int Status, string Title, bool Retry = false)
{
    public static readonly ErrorCode MalformedJson = new("malformed_json", 400, "The body is not valid JSON");
    public static readonly ErrorCode InvalidEvent = new("invalid_event", 400, "The event is not a valid CloudEvent");
    public static readonly ErrorCode DuplicateKey = new("duplicate_key", 400, "A JSON object names a field twice");
    public static readonly ErrorCode InvalidText = new("invalid_text", 400, "A text is not valid Unicode");
    public static readonly ErrorCode TooDeep = new("too_deep", 400, "The JSON is nested too deeply");
    public static readonly ErrorCode MissingField = new("missing_field", 400, "A required field is missing");
    public static readonly ErrorCode InvalidField = new("invalid_field", 400, "A field has an unusable value");
    public static readonly ErrorCode UnknownEventType = new("unknown_event_type", 400, "The event type is not known");
    public static readonly ErrorCode ReservedEvent = new("reserved_event", 400, "Only the server itself records such events");
    public static readonly ErrorCode UnknownStatus = new("unknown_status", 400, "The order status is not known");
    public static readonly ErrorCode InvalidTime = new("invalid_time", 400, "A date or time is not possible");
    public static readonly ErrorCode OrderEventLimit = new("order_event_limit", 400, "The order has as many events as an order may have");
    public static readonly ErrorCode NothingAccepted = new("nothing_accepted", 400, "No event of the batch could be accepted");
    public static readonly ErrorCode InvalidParameter = new("invalid_parameter", 400, "A parameter has an unusable value");
    public static readonly ErrorCode InvalidCursor = new("invalid_cursor", 400, "The cursor is not one of this server's");
    public static readonly ErrorCode NotAWebSocket = new("websocket_required", 426, "This address speaks WebSocket only");
    public static readonly ErrorCode TooManyStreams = new("too_many_streams", 400, "One connection cannot follow that many streams");
    public static readonly ErrorCode Unauthorized = new("unauthorized", 401, "Credentials are missing or not valid");
    public static readonly ErrorCode TokenInUrl = new("token_in_url", 401, "A token must not be part of an address");
    public static readonly ErrorCode InvalidTicket = new("invalid_ticket", 401, "The ticket is unknown, used or too old");
    public static readonly ErrorCode Forbidden = new("forbidden", 403, "These credentials do not allow this");
    public static readonly ErrorCode WrongTenant = new("wrong_tenant", 403, "The credentials belong to another tenant");
    public static readonly ErrorCode OriginNotAllowed = new("origin_not_allowed", 403, "Pages of this origin may not connect");
    public static readonly ErrorCode NotFound = new("not_found", 404, "There is no such thing, or it is not yours");
    public static readonly ErrorCode PushNotSetUp = new("push_not_set_up", 404, "This installation sends no pushes to browsers");
    public static readonly ErrorCode MethodNotAllowed = new("method_not_allowed", 405, "The address does not take this method");
    public static readonly ErrorCode OrderEnded = new("order_ended", 409, "The order has ended, there is nothing to follow any more");
    public static readonly ErrorCode TooManyShares = new("too_many_shares", 409, "The order has as many good links as an order may have");
    public static readonly ErrorCode NotRateable = new("not_rateable", 409, "The order cannot be rated now");
    public static readonly ErrorCode LinkClosed = new("link_closed", 410, "The link has ended");
    public static readonly ErrorCode PhotoUnavailable = new("photo_unavailable", 502, "The photo cannot be had from where it is kept", Retry: true);
    public static readonly ErrorCode CustomerErased = new("customer_erased", 410, "The customer's data was removed");
    public static readonly ErrorCode PreconditionFailed = new("precondition_failed", 412, "It has changed since you read it");
    public static readonly ErrorCode BodyTooLarge = new("body_too_large", 413, "The body is too large");
    public static readonly ErrorCode BatchTooLarge = new("batch_too_large", 413, "The batch has too many events");
    public static readonly ErrorCode UnsupportedMediaType = new("unsupported_media_type", 415, "The content type is not one of the accepted ones");
    public static readonly ErrorCode InvalidTemplate = new("invalid_template", 422, "The template cannot be rendered");
    public static readonly ErrorCode ChannelUnavailable = new("channel_unavailable", 503, "The channel cannot be used on this node", Retry: true);
    public static readonly ErrorCode RequestTimeout = new("request_timeout", 408, "The request took too long to arrive", Retry: true);
    public static readonly ErrorCode FixedChoice = new("fixed_choice", 422, "This cannot be switched off");
    public static readonly ErrorCode RateLimited = new("rate_limited", 429, "Too many requests for now", Retry: true);
    public static readonly ErrorCode Busy = new("busy", 503, "The server has more work than it can queue", Retry: true);
    public static readonly ErrorCode StorageUnavailable = new("storage_unavailable", 503, "The data could not be written", Retry: true);
    public static readonly ErrorCode Draining = new("draining", 503, "The server is shutting down", Retry: true);
    public static readonly ErrorCode Internal = new("internal", 500, "The server failed", Retry: true);

    // On sockets only.
    public static readonly ErrorCode MalformedFrame = new("malformed_frame", 400, "The frame is not a JSON object of the protocol");
    public static readonly ErrorCode UnknownFrameType = new("unknown_frame_type", 400, "The frame type is not known");

    /// <summary>The table, for documents and tests.</summary>
    public static readonly IReadOnlyList<ErrorCode> All =
    [
        MalformedJson, InvalidEvent, DuplicateKey, InvalidText, TooDeep, MissingField, InvalidField, UnknownEventType, ReservedEvent, UnknownStatus,
        InvalidTime, OrderEventLimit, NothingAccepted, InvalidParameter, InvalidCursor, NotAWebSocket, TooManyStreams, Unauthorized,
        TokenInUrl, InvalidTicket, Forbidden, WrongTenant, OriginNotAllowed, NotFound, PushNotSetUp, MethodNotAllowed, CustomerErased, PreconditionFailed, BodyTooLarge,
        BatchTooLarge, UnsupportedMediaType, InvalidTemplate, ChannelUnavailable, RequestTimeout, FixedChoice, RateLimited, Busy, StorageUnavailable, Draining, Internal,
        OrderEnded, TooManyShares, NotRateable, LinkClosed, PhotoUnavailable, MalformedFrame, UnknownFrameType,
    ];
}

/// <summary>Why a position cannot be served exactly (the <c>code</c> of a <c>reset</c> frame).</summary>
public static class ResetCodes
{
    /// <summary>The data was wiped or replaced since: another epoch.</summary>
    public const string EpochChanged = "epoch_changed";

    /// <summary>The history at that offset is not the one that the client has seen (for example a backup was restored).</summary>
    public const string HistoryChanged = "history_changed";

    /// <summary>The position lies ahead of the newest entry.</summary>
    public const string PositionAhead = "position_ahead";

    /// <summary>Entries behind the position are no longer kept.</summary>
    public const string PositionExpired = "position_expired";
}
