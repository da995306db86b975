using System.Diagnostics;
using System.Globalization;
using Milepost.Core.Tenants;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Tenants;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Channels.Webhook;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Tenants;

internal static partial class WebhookSetupEndpoints
{
    private const string Json = "application/json";

    public static void MapWebhooks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/admin/webhooks").WithTags("Admin");
        group.MapGet("", ListAsync).Allow(AccessRule.Staff).ProducesOurProblems()
            .WithName("listWebhooks").Produces<WebhookList>().WithSummary("Lists the tenant's webhooks, without their secrets.");
        group.MapPost("", AddAsync).Allow(AccessRule.Admin).ProducesOurProblems(StatusCodes.Status415UnsupportedMediaType)
            .WithName("addWebhook").Accepts<WebhookRequest>(Json).Produces<WebhookSecretReply>(StatusCodes.Status201Created)
            .WithSummary("Adds a webhook; its secret is shown this once.");
        group.MapPut("{id}", ReplaceAsync).Allow(AccessRule.Admin).ProducesOurProblems(StatusCodes.Status415UnsupportedMediaType)
            .WithName("replaceWebhook").Accepts<WebhookRequest>(Json).Produces<WebhookView>()
            .WithSummary("Replaces a webhook's address, types and whether it is enabled; its secret stays.");
        group.MapDelete("{id}", RemoveAsync).Allow(AccessRule.Admin).ProducesOurProblems()
            .WithName("removeWebhook").Produces(StatusCodes.Status204NoContent).WithSummary("Removes a webhook; what waits for it is not sent.");
        group.MapPost("{id}/rotate", RotateAsync).Allow(AccessRule.Admin).ProducesOurProblems()
            .WithName("rotateWebhook").Produces<WebhookSecretReply>()
            .WithSummary("Gives a webhook a new secret, shown this once. Requests are signed with both for 24 hours.");
        group.MapPost("{id}/test", TestAsync).Allow(AccessRule.Admin).ProducesOurProblems()
            .WithName("testWebhook").Produces<WebhookTestReply>().WithSummary("Sends a ping now and tells what came of it.");
    }

    private static async Task<IResult> ListAsync(HttpContext context, TenantChanges tenants, string tenant) =>
        TypedResults.Ok(new WebhookList([.. (await tenants.ReadAsync(tenant, context.RequestAborted)).Webhooks.Select(SettingsMapping.View)]));

    private static async Task<IResult> AddAsync(HttpContext context, TenantChanges tenants, OutgoingHttp http, TimeProvider time, ILogger<TenantChanges> logger, string tenant)
    {
        var (request, refused) = await ReadAsync(context, http);
        if (request is null)
        {
            return refused!;
        }

        var webhook = WebhookSetup.New(request, time.GetUtcNow());
        if (await tenants.ChangeAsync(tenant, null, settings => WebhookSetup.Add(settings, webhook), context.RequestAborted) is not TenantChange.Changed)
        {
            return Problems.Result(ErrorCode.InvalidField, $"A tenant has at most {WebhookSetup.MaxWebhooks} webhooks.");
        }

        Log.Changed(logger, webhook.Id, tenant, "added", context.Caller().Subject);
        NotKept(context);
        return TypedResults.Created((string?)null, new WebhookSecretReply(SettingsMapping.View(webhook), webhook.Secret, null));
    }

    private static async Task<IResult> ReplaceAsync(HttpContext context, TenantChanges tenants, OutgoingHttp http, ILogger<TenantChanges> logger, string tenant, string id)
    {
        var (request, refused) = await ReadAsync(context, http);
        if (request is null)
        {
            return refused!;
        }

        if (await tenants.ChangeAsync(tenant, null, settings => WebhookSetup.Replace(settings, id, request), context.RequestAborted) is not TenantChange.Changed changed)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        Log.Changed(logger, id, tenant, "changed", context.Caller().Subject);
        return TypedResults.Ok(SettingsMapping.View(WebhookSetup.Find(changed.Settings, id)!));
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, TenantChanges tenants, ILogger<TenantChanges> logger, string tenant, string id)
    {
        if (await tenants.ChangeAsync(tenant, null, settings => WebhookSetup.Remove(settings, id), context.RequestAborted) is not TenantChange.Changed)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        Log.Changed(logger, id, tenant, "removed", context.Caller().Subject);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> RotateAsync(HttpContext context, TenantChanges tenants, TimeProvider time, ILogger<TenantChanges> logger, string tenant, string id)
    {
        var (secret, now) = (WebhookSignature.NewSecret(), time.GetUtcNow());
        if (await tenants.ChangeAsync(tenant, null, settings => WebhookSetup.Rotate(settings, id, secret, now), context.RequestAborted) is not TenantChange.Changed changed)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        Log.Changed(logger, id, tenant, "given a new secret", context.Caller().Subject);
        NotKept(context);
        return TypedResults.Ok(new WebhookSecretReply(SettingsMapping.View(WebhookSetup.Find(changed.Settings, id)!), secret, now + WebhookSignature.OldSecretCounts));
    }

    private static async Task<IResult> TestAsync(HttpContext context, TenantChanges tenants, WebhookCall call, TimeProvider time, string tenant, string id)
    {
        if (WebhookSetup.Find(await tenants.ReadAsync(tenant, context.RequestAborted), id) is not { } webhook)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        var started = time.GetTimestamp();
        var answer = await call.PingAsync(webhook, context.RequestAborted);
        var took = (long)time.GetElapsedTime(started).TotalMilliseconds;
        return TypedResults.Ok(answer switch
        {
            OutgoingAnswer.Answered answered => new WebhookTestReply(
                answered.IsSuccess, (int)answered.Status, took, string.Create(CultureInfo.InvariantCulture, $"It answered {(int)answered.Status} {answered.Status}.")),
            OutgoingAnswer.AddressRefused => new WebhookTestReply(false, null, took, OutgoingAnswer.AddressRefused.Text),
            OutgoingAnswer.NotReached away => new WebhookTestReply(false, null, took, away.Reason),
            OutgoingAnswer.Lost lost => new WebhookTestReply(false, null, took, lost.Reason),
            _ => throw new UnreachableException(),
        });
    }

    private static async Task<(WebhookRequest? Request, IResult? Refused)> ReadAsync(HttpContext context, OutgoingHttp http)
    {
        var (request, refused) = await TenantBody.ReadAsync(context, TenantJson.Default.WebhookRequest);
        return request is not null && WebhookSetup.Check(request, http.Rules) is { } problem ? (null, Problems.Result(problem.Code, problem.Detail, problem.Field)) : (request, refused);
    }

    // The answer holds a secret.
    private static void NotKept(HttpContext context) => context.Response.Headers.CacheControl = "no-store";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The webhook {Webhook} of {Tenant} was {Change} by {Admin}")]
        public static partial void Changed(ILogger logger, string webhook, string tenant, string change, string admin);
    }
}
