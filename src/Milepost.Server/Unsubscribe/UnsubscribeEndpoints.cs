using System.Diagnostics;
using System.Text;
using Milepost.Core.Customers;
using Milepost.Core.Preferences;
using Milepost.Core.Recording;
using Milepost.Core.Tenants;
using Milepost.Server.Access;

namespace Milepost.Server.Unsubscribe;

/// <summary>
/// One click ends e-mails (RFC 8058): mail programs POST to the link, without cookies and without being redirected. Looking at the link changes nothing,
/// for programs that check links look at all of them.
/// </summary>
internal static class UnsubscribeEndpoints
{
    public static void MapUnsubscribe(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(UnsubscribeLinks.Path + "{token}", ShowAsync).Allow(AccessRule.Anyone).ExcludeFromDescription();
        routes.MapPost(UnsubscribeLinks.Path + "{token}", EndAsync).Allow(AccessRule.Anyone).ExcludeFromDescription();
    }

    private static async Task<IResult> ShowAsync(HttpContext context, UnsubscribeLinks links, UnsubscribeLanguage language, ITenantCatalog tenants, string token)
    {
        var target = links.Read(token);
        var words = await language.OfAsync(target, context.Request, context.RequestAborted);
        return target switch
        {
            null => Answer(context, UnsubscribePage.Unknown(words), StatusCodes.Status404NotFound),
            { IsCritical: true } => Answer(context, UnsubscribePage.Critical(words)),
            _ => Answer(context, UnsubscribePage.Question(words, target, tenants.Of(target.Tenant).Brand.Name)),
        };
    }

    private static async Task<IResult> EndAsync(
        HttpContext context, UnsubscribeLinks links, UnsubscribeLanguage language, ITenantCatalog tenants, ICustomerStore customers, ICommitListener listener, TimeProvider time, string token)
    {
        if (links.Read(token) is not { IsCritical: false } target)
        {
            return await ShowAsync(context, links, language, tenants, token);
        }

        var tenant = tenants.Of(target.Tenant);
        var changes = new PreferenceChanges(tenant, time.GetUtcNow());
        var change = await customers.ChangeAsync(target.Tenant, target.CustomerId, state => End(changes, state, target), context.RequestAborted);
        if (change.Entries.Count > 0)
        {
            listener.Committed(change.Entries);
        }

        var words = await language.OfAsync(target, context.Request, context.RequestAborted);
        return Answer(context, UnsubscribePage.Done(words, target, tenant.Brand.Name));
    }

    private static PreferenceChange End(PreferenceChanges changes, CustomerState state, UnsubscribeTarget target) => target switch
    {
        UnsubscribeTarget.OfType it => changes.EndEmail(state, it.Type),
        UnsubscribeTarget.OfCategory it => changes.EndEmail(state, it.Category),
        _ => throw new UnreachableException(),
    };

    private static IResult Answer(HttpContext context, string page, int status = StatusCodes.Status200OK)
    {
        foreach (var (name, value) in UnsubscribePage.Headers)
        {
            context.Response.Headers[name] = value;
        }

        return Results.Content(page, "text/html; charset=utf-8", Encoding.UTF8, status);
    }
}
