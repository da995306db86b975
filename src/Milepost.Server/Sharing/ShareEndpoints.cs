using System.Security.Cryptography;
using Milepost.Core.Customers;
using Milepost.Core.Orders;
using Milepost.Core.Sharing;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Sharing;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Settings;

namespace Milepost.Server.Sharing;

/// <summary>Makes, lists and revokes the share links of an order.</summary>
internal static partial class ShareEndpoints
{
    private const int MaxName = 80;

    public static void MapShares(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/orders/{id}").WithTags("Sharing").ProducesOurProblems(StatusCodes.Status409Conflict);
        group.MapPost("share", CreateAsync).Allow(AccessRule.CustomerOrAdmin).WithName("shareOrder").Accepts<ShareRequest>(isOptional: true, "application/json")
            .Produces<ShareCreated>(StatusCodes.Status201Created).WithSummary("Makes a link by which somebody without an account follows the order. Its secret is shown this once.");
        group.MapGet("shares", ListAsync).Allow(AccessRule.Reader).WithName("listShares").Produces<ShareList>().WithSummary("The order's links, newest first.");
        group.MapDelete("shares/{shareId}", RevokeAsync).Allow(AccessRule.CustomerOrAdmin).WithName("revokeShare").Produces(StatusCodes.Status204NoContent)
            .WithSummary("Ends a link. Who follows through it is cut off within 5 seconds.");
    }

    private static async Task<IResult> CreateAsync(
        HttpContext context, IOrderStore orders, ICustomerStore customers, IShareStore shares, GuestLinks links, ServerSettings settings, TimeProvider time, ILogger<GuestLinks> logger, string tenant, string id)
    {
        var (request, refused) = await ReadAsync(context);
        if (request is null)
        {
            return refused!;
        }

        if (await VisibleAsync(context, orders, tenant, id) is not { } order)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        if (order.CustomerId is { } customer && (await customers.FindAsync(tenant, customer, context.RequestAborted))?.ErasedAt is not null)
        {
            return Problems.Result(ErrorCode.CustomerErased, "Nothing is kept of this customer any more.");
        }

        var now = time.GetUtcNow();
        var share = new Share
        {
            Tenant = tenant,
            Id = RandomNumberGenerator.GetHexString(16, lowercase: true),
            OrderId = id,
            Name = request.Name,
            CreatedAt = now,
            CreatedBy = context.Caller().Subject,
            ExpiresAt = now + (request.ExpiresInHours is { } hours ? TimeSpan.FromHours(hours) : ShareRules.DefaultLifetime),
        };
        if (ShareRules.EndsAt(new SharedOrder(share, ShareRules.EndOf(order)), links.CloseAfter) is var ends && ends <= now)
        {
            return Problems.Result(ErrorCode.OrderEnded);
        }

        var token = ShareToken.New();
        switch (await shares.AddAsync(share, ShareToken.HashOf(token)!, ShareRules.MaxLive, context.RequestAborted))
        {
            case ShareAdded.TooMany:
                return Problems.Result(ErrorCode.TooManyShares, $"Revoke one of the {ShareRules.MaxLive} first.");
            case ShareAdded.NoOrder:
                return Problems.Result(ErrorCode.NotFound);
            default:
                Log.Created(logger, tenant, share.Id);
                context.Response.Headers.CacheControl = "no-store";
                return TypedResults.Created((string?)null, new ShareCreated(share.Id, GuestPage.AddressOf(context.Request, settings.Gateway.PublicUrl, token), token, ends));
        }
    }

    private static async Task<IResult> ListAsync(HttpContext context, IOrderStore orders, IShareStore shares, GuestLinks links, TimeProvider time, string tenant, string id)
    {
        if (await VisibleAsync(context, orders, tenant, id) is not { } order)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        var (now, end) = (time.GetUtcNow(), ShareRules.EndOf(order));
        var items = (await shares.ListAsync(tenant, id, context.RequestAborted)).Select(share => ToView(new SharedOrder(share, end), links.CloseAfter, now));
        return TypedResults.Ok(new ShareList([.. items]));
    }

    private static async Task<IResult> RevokeAsync(
        HttpContext context, IOrderStore orders, IShareStore shares, TimeProvider time, ILogger<GuestLinks> logger, string tenant, string id, string shareId)
    {
        if (await VisibleAsync(context, orders, tenant, id) is null || !await shares.RevokeAsync(tenant, id, shareId, time.GetUtcNow(), context.RequestAborted))
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        // Here at once; the other nodes' watches find it.
        if (context.RequestServices.GetService<SessionRegistry>() is { } sessions)
        {
            GuestWatch.Revoked(sessions, new ShareKey(tenant, shareId));
        }

        Log.Revoked(logger, tenant, shareId);
        return TypedResults.NoContent();
    }

    private static async Task<Order?> VisibleAsync(HttpContext context, IOrderStore orders, string tenant, string id) =>
        await orders.FindAsync(tenant, id, context.RequestAborted) is { } order && order.IsVisibleTo(context.Caller()) ? order : null;

    private static async Task<(ShareRequest? Request, IResult? Refused)> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or 0 && context.Request.ContentType is null)
        {
            return (new ShareRequest(), null);
        }

        var (request, refused) = await JsonBody.ReadAsync(context, ProtocolJson.Default.ShareRequest);
        if (request?.ExpiresInHours is { } hours && (hours < 1 || hours > ShareRules.MaxLifetime.TotalHours))
        {
            return (null, Problems.Result(ErrorCode.InvalidField, $"A link is good for 1 to {ShareRules.MaxLifetime.TotalHours} hours.", "expiresInHours"));
        }

        return request?.Name is { } name && (name.Length is 0 or > MaxName || name.Any(char.IsControl))
            ? (null, Problems.Result(ErrorCode.InvalidField, $"A name has 1 to {MaxName} characters on one line.", "name"))
            : (request, refused);
    }

    private static ShareView ToView(SharedOrder shared, TimeSpan closeAfter, DateTimeOffset now) => new()
    {
        Id = shared.Share.Id,
        Name = shared.Share.Name,
        CreatedAt = shared.Share.CreatedAt,
        CreatedBy = shared.Share.CreatedBy,
        ExpiresAt = ShareRules.EndsAt(shared, closeAfter),
        RevokedAt = shared.Share.RevokedAt,
        LastUsedAt = shared.Share.LastUsedAt,
        Uses = shared.Share.Uses,
        Open = ShareRules.IsOpen(shared, closeAfter, now),
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "{Tenant}: share link {Share} was made")]
        public static partial void Created(ILogger logger, string tenant, string share);

        [LoggerMessage(2, LogLevel.Debug, "{Tenant}: share link {Share} was revoked")]
        public static partial void Revoked(ILogger logger, string tenant, string share);
    }
}
