using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Milepost.Core.Customers;
using Milepost.Core.Preferences;
using Milepost.Core.Recording;
using Milepost.Core.Tenants;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Preferences;
using Milepost.Server.Access;

namespace Milepost.Server.Api;

internal static class PreferenceEndpoints
{
    private const int MaxBytes = 64 * 1024;

    private delegate PreferenceChange Decision(PreferenceChanges changes, CustomerState state, JsonElement document, IReadOnlyCollection<long>? expected);

    public static void MapPreferences(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/notification-preferences").WithTags("Preferences");
        group.MapGet("", ReadAsync).Allow(AccessRule.Reader).ProducesOurProblems()
            .WithName("getPreferences").Produces<PreferencesView>()
            .WithSummary("What the customer has chosen, and what holds for each notification type and channel. The ETag is the version of the choices.");
        Change(group.MapPut("", Changer((changes, state, document, expected) => changes.Replace(state, document, expected), JsonBody.Json)))
            .WithName("replacePreferences").Accepts<NotificationPreferences>(JsonBody.Json)
            .WithSummary("Replaces all choices. With If-Match only while they are at that version.");
        Change(group.MapPatch("", Changer((changes, state, document, expected) => changes.Merge(state, document, expected), JsonBody.MergePatch, JsonBody.Json)))
            .WithName("changePreferences").Accepts<NotificationPreferences>(JsonBody.MergePatch, JsonBody.Json)
            .WithSummary("Merges into the choices (RFC 7396): null takes a choice back, what is absent stays. With If-Match only while they are at that version.");
    }

    private static RouteHandlerBuilder Change(RouteHandlerBuilder route) => route.Allow(AccessRule.CustomerOrAdmin)
        .ProducesOurProblems(StatusCodes.Status410Gone, StatusCodes.Status412PreconditionFailed, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status422UnprocessableEntity)
        .Produces<PreferencesView>();

    private static async Task<IResult> ReadAsync(HttpContext context, ICustomerStore customers, ITenantCatalog tenants, string tenant, string? customer)
    {
        var (id, refused) = CustomerParameter.Read(context, customer);
        return id is null ? refused! : Answer(context, PreferenceMatrix.Of(await customers.FindAsync(tenant, id, context.RequestAborted), tenants.Of(tenant)));
    }

    private static Func<HttpContext, ICustomerStore, ITenantCatalog, ICommitListener, TimeProvider, string, string?, string?, Task<IResult>> Changer(Decision decide, params string[] mediaTypes) =>
        async (HttpContext context, ICustomerStore customers, ITenantCatalog tenants, ICommitListener listener, TimeProvider time, string tenant, string? customer,
            [FromHeader(Name = "If-Match")] string? ifMatch) =>
        {
            var (id, refused) = CustomerParameter.Read(context, customer);
            if (id is null)
            {
                return refused!;
            }

            var (document, unreadable) = await JsonBody.ReadAsync(context, MaxBytes, mediaTypes);
            if (document is null)
            {
                return unreadable!;
            }

            using (document)
            {
                var changes = new PreferenceChanges(tenants.Of(tenant), time.GetUtcNow());
                var expected = VersionTag.Expected(ifMatch);
                var change = await customers.ChangeAsync(tenant, id, state => decide(changes, state, document.RootElement, expected), context.RequestAborted);
                if (change.Entries.Count > 0)
                {
                    listener.Committed(change.Entries);
                }

                return change.Problem is { } problem
                    ? Problems.Result(problem.Code, problem.Detail, problem.Field.Length > 0 ? problem.Field : null)
                    : Answer(context, change.View!);
            }
        };

    private static IResult Answer(HttpContext context, PreferencesView view)
    {
        VersionTag.Write(context, view.Version);
        return TypedResults.Ok(view);
    }
}
