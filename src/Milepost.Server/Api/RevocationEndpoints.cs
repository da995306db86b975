using System.Text.Json;
using Milepost.Core.Access;
using Milepost.Protocol;
using Milepost.Protocol.Access;
using Milepost.Protocol.Errors;
using Milepost.Server.Access;
using Milepost.Server.Access.Revocations;

namespace Milepost.Server.Api;

internal static partial class RevocationEndpoints
{
    private const int MaxReason = 200;

    public static void MapRevocations(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/admin/revocations").Allow(AccessRule.Admin).WithTags("Admin").ProducesOurProblems(StatusCodes.Status415UnsupportedMediaType);
        group.MapPost("", RevokeAsync).WithName("revokeTokens").Accepts<RevocationRequest>("application/json").Produces<RevocationView>(StatusCodes.Status201Created)
            .WithSummary("Revokes every token of a subject that was issued up to now, and closes the live connections opened with them.");
        group.MapGet("", ListAsync).WithName("listRevocations").Produces<RevocationPage>().WithSummary("Lists the tenant's revocations, newest first.");
    }

    private static async Task<IResult> RevokeAsync(
        HttpContext context, IRevocationStore store, RevocationLoop loop, RevocationHints hints, TimeProvider time, ILogger<RevocationLoop> logger, string tenant)
    {
        var (request, refused) = await ReadAsync(context);
        if (request is null)
        {
            return refused!;
        }

        // To the millisecond, as it is shown.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        var revocation = new Revocation(tenant, request.Subject, now, now, request.Reason);
        await store.AddAsync(revocation, context.RequestAborted);

        // It is in force from here on, whether the one who asked still waits or not.
        loop.Learn([revocation]);
        await hints.SendAsync(CancellationToken.None);
        Log.Revoked(logger, tenant, context.Caller().Subject);
        return TypedResults.Created((string?)null, ToView(revocation));
    }

    private static async Task<IResult> ListAsync(HttpContext context, IRevocationStore store, string tenant, string? limit, string? cursor)
    {
        if (!ListParameters.TryLimit(limit, out var count))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "limit is 1 to 200.", "limit");
        }

        if (!ListParameters.TryCursor(cursor, out var before))
        {
            return Problems.Result(ErrorCode.InvalidCursor);
        }

        var rows = await store.ListAsync(tenant, before, count + 1, context.RequestAborted);
        var next = rows.Count > count ? ListParameters.Cursor(rows[count - 1].Place) : null;
        return TypedResults.Ok(new RevocationPage([.. rows.Take(count).Select(row => ToView(row.Revocation))], next));
    }

    private static async Task<(RevocationRequest? Request, IResult? Refused)> ReadAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            return (null, Problems.Result(ErrorCode.UnsupportedMediaType, "Send application/json."));
        }

        RevocationRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(context.Request.Body, ProtocolJson.Default.RevocationRequest, context.RequestAborted);
        }
        catch (JsonException)
        {
            return (null, Problems.Result(ErrorCode.MalformedJson));
        }

        if (request?.Subject is null)
        {
            return (null, Problems.Result(ErrorCode.MissingField, null, "subject"));
        }

        if (!Identifiers.IsValid(request.Subject))
        {
            return (null, Problems.Result(ErrorCode.InvalidField, Identifiers.Rule, "subject"));
        }

        return request.Reason is { Length: > MaxReason }
            ? (null, Problems.Result(ErrorCode.InvalidField, $"At most {MaxReason} characters.", "reason"))
            : (request, null);
    }

    private static RevocationView ToView(Revocation revocation) => new(revocation.Subject, revocation.Before, revocation.At, revocation.Reason);

    private static partial class Log
    {
        // Whose tokens they were is in the table, for those who may read it.
        [LoggerMessage(1, LogLevel.Information, "Tokens of a subject of {Tenant} were revoked by {Admin}")]
        public static partial void Revoked(ILogger logger, string tenant, string admin);
    }
}
