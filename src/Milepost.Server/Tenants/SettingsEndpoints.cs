using Microsoft.AspNetCore.Mvc;
using Milepost.Core.Tenants;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Tenants;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Settings;

namespace Milepost.Server.Tenants;

internal static partial class SettingsEndpoints
{
    public static void MapSettings(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/admin/settings").WithTags("Admin");
        group.MapGet("", ReadAsync).Allow(AccessRule.Staff).ProducesOurProblems()
            .WithName("getSettings").Produces<TenantSettingsView>()
            .WithSummary("What the tenant has set up: brand, defaults for customers, limits, routes. The ETag is its version.");
        group.MapPut("", ReplaceAsync).Allow(AccessRule.Admin)
            .ProducesOurProblems(StatusCodes.Status412PreconditionFailed, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status422UnprocessableEntity)
            .WithName("replaceSettings").Accepts<TenantSettingsView>("application/json").Produces<TenantSettingsView>()
            .WithSummary("Replaces what the tenant has set up; webhooks stay. With If-Match, or a version in the document, only while it is at that version.");
    }

    private static async Task<IResult> ReadAsync(HttpContext context, TenantChanges tenants, string tenant) =>
        Answer(context, await tenants.ReadAsync(tenant, context.RequestAborted));

    private static async Task<IResult> ReplaceAsync(
        HttpContext context, TenantChanges tenants, ServerSettings installation, ILogger<TenantChanges> logger, string tenant, [FromHeader(Name = "If-Match")] string? ifMatch)
    {
        var (request, refused) = await TenantBody.ReadAsync(context, TenantJson.Default.TenantSettingsRequest);
        if (request is null)
        {
            return refused!;
        }

        SettingsProblem? problem = null;
        var expected = VersionTag.Expected(ifMatch) ?? (request.Version is { } version ? [version] : null);
        var change = await tenants.ChangeAsync(
            tenant,
            expected,
            before =>
            {
                (var next, problem) = SettingsReader.Read(request, before, installation.Retention.Days, installation.Retention.LocationDays);
                return next;
            },
            context.RequestAborted);
        switch (change)
        {
            case TenantChange.Changed changed:
                Log.Changed(logger, tenant, changed.Settings.Version, context.Caller().Subject);
                return Answer(context, changed.Settings);
            case TenantChange.Stale:
                return Problems.Result(ErrorCode.PreconditionFailed);
            default:
                return Problems.Result(problem!.Code, problem.Detail, problem.Field);
        }
    }

    private static IResult Answer(HttpContext context, TenantSettings settings)
    {
        VersionTag.Write(context, settings.Version);
        return TypedResults.Ok(SettingsMapping.View(settings));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The settings of {Tenant} are now version {Version}, by {Admin}")]
        public static partial void Changed(ILogger logger, string tenant, long version, string admin);
    }
}
