using Milepost.Core.Deliveries;
using Milepost.Protocol;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Errors;
using Milepost.Server.Access;
using Milepost.Server.Api;

namespace Milepost.Server.Admin;

/// <summary>Addresses that nothing is sent to. An address never stands in a path: paths are written to logs.</summary>
internal static partial class SuppressionEndpoints
{
    private const int MaxAddress = 2_000;
    private const int MaxDetail = 500;

    public static void MapSuppressions(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/admin/suppressions").WithTags("Admin");
        group.MapGet("", ListAsync).Allow(AccessRule.Staff).ProducesOurProblems().WithName("listSuppressions").Produces<SuppressionPage>()
            .WithSummary("Lists the addresses that nothing is sent to, newest first.");
        group.MapPost("", AddAsync).Allow(AccessRule.Admin).ProducesOurProblems(StatusCodes.Status415UnsupportedMediaType).WithName("addSuppression")
            .Accepts<SuppressionRequest>("application/json").Produces<SuppressionView>(StatusCodes.Status201Created)
            .WithSummary("Sees to it that nothing is sent to an address any more.");
        group.MapPost("/lookup", LookUpAsync).Allow(AccessRule.Staff).ProducesOurProblems(StatusCodes.Status415UnsupportedMediaType).WithName("lookUpSuppression")
            .Accepts<SuppressionRequest>("application/json").Produces<SuppressionView>()
            .WithSummary("Tells why nothing is sent to an address; 404 where it may be sent to.");
        group.MapDelete("/{id}", RemoveAsync).Allow(AccessRule.Admin).ProducesOurProblems().WithName("removeSuppression").Produces(StatusCodes.Status204NoContent)
            .WithSummary("Lets an address be sent to again.");
    }

    private static async Task<IResult> ListAsync(HttpContext context, ISuppressionStore store, string tenant, string? limit, string? cursor)
    {
        if (!ListParameters.TryLimit(limit, out var count))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "limit is 1 to 200.", "limit");
        }

        if (!ListParameters.TryCursor(cursor, out var before))
        {
            return Problems.Result(ErrorCode.InvalidCursor, null, "cursor");
        }

        var rows = await store.ListAsync(tenant, before, count + 1, context.RequestAborted);
        var next = rows.Count > count ? ListParameters.Cursor(rows[count - 1].Place) : null;
        return TypedResults.Ok(new SuppressionPage([.. rows.Take(count).Select(View)], next));
    }

    private static async Task<IResult> AddAsync(HttpContext context, ISuppressionStore store, TimeProvider time, ILogger<Suppression> logger, string tenant)
    {
        var (request, target, refused) = await ReadAsync(context, tenant);
        if (request is null)
        {
            return refused!;
        }

        // To the millisecond, as it is shown.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        await store.AddAsync([new Suppression(target, SuppressionReason.Manual, request.Detail, now)], context.RequestAborted);
        Log.Suppressed(logger, target.Channel, tenant, context.Caller().Subject);
        return await store.FindAsync([target], context.RequestAborted) is [{ } row] ? TypedResults.Created((string?)null, View(row)) : Problems.Result(ErrorCode.NotFound);
    }

    private static async Task<IResult> LookUpAsync(HttpContext context, ISuppressionStore store, string tenant)
    {
        var (request, target, refused) = await ReadAsync(context, tenant);
        return request is null ? refused! : await store.FindAsync([target], context.RequestAborted) is [{ } row] ? TypedResults.Ok(View(row)) : Problems.Result(ErrorCode.NotFound);
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, ISuppressionStore store, ILogger<Suppression> logger, string tenant, string id)
    {
        if (!await store.RemoveAsync(tenant, id, context.RequestAborted))
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        Log.Lifted(logger, tenant, context.Caller().Subject);
        return TypedResults.NoContent();
    }

    private static async Task<(SuppressionRequest? Request, ChannelAddress Target, IResult? Refused)> ReadAsync(HttpContext context, string tenant)
    {
        var (request, refused) = await JsonBody.ReadAsync(context, ProtocolJson.Default.SuppressionRequest);
        if (request is null)
        {
            return (null, default, refused);
        }

        if ((request.Channel is null ? "channel" : request.Address is null ? "address" : null) is { } missing)
        {
            return (null, default, Problems.Result(ErrorCode.MissingField, null, missing));
        }

        DeliveryChannel[] channels = [.. Enum.GetValues<DeliveryChannel>().Where(known => known.Wire() == request.Channel)];
        if (channels.Length == 0)
        {
            return (null, default, Problems.Result(ErrorCode.InvalidField, "email, sms, web_push, fcm, apns or webhook.", "channel"));
        }

        if (request.Address!.Length is 0 or > MaxAddress || request.Address.Any(char.IsControl))
        {
            return (null, default, Problems.Result(ErrorCode.InvalidField, $"1 to {MaxAddress} characters, and no control characters.", "address"));
        }

        if (channels[0] == DeliveryChannel.Email && EmailAddress.Parse(request.Address.Trim(), out var problem) is null)
        {
            return (null, default, Problems.Result(ErrorCode.InvalidField, $"This is no e-mail address: {problem}.", "address"));
        }

        return request.Detail is { Length: > MaxDetail }
            ? (null, default, Problems.Result(ErrorCode.InvalidField, $"At most {MaxDetail} characters.", "detail"))
            : (request, new ChannelAddress(tenant, channels[0], request.Address), null);
    }

    private static SuppressionView View(SuppressedAddress row) => new()
    {
        Id = row.Id,
        Channel = row.Channel.Wire(),
        Address = row.Masked,
        Reason = row.Reason.Wire(),
        Detail = row.Detail,
        Since = row.Since,
    };

    private static partial class Log
    {
        // Which address it was is nobody's business here.
        [LoggerMessage(1, LogLevel.Information, "An address ({Channel}) of {Tenant} was suppressed by {Admin}")]
        public static partial void Suppressed(ILogger logger, DeliveryChannel channel, string tenant, string admin);

        [LoggerMessage(2, LogLevel.Information, "A suppression of {Tenant} was lifted by {Admin}")]
        public static partial void Lifted(ILogger logger, string tenant, string admin);
    }
}
