using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Milepost.Core.Deliveries;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Errors;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Channels;

namespace Milepost.Server.Admin.Decisions;

/// <summary>Deliveries that did not arrive, and sending them again.</summary>
internal static class DeliveryEndpoints
{
    public static void MapDeliveries(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}/admin/deliveries").WithTags("Admin").ProducesOurProblems();
        group.MapGet("", ListAsync).Allow(AccessRule.Staff).WithName("listDeadDeliveries").Produces<DeliveryPage>()
            .WithSummary("Lists the deliveries that failed, or of which nobody knows whether they went out.");
        group.MapGet("{id}", FindAsync).Allow(AccessRule.Staff).WithName("getDelivery").Produces<DeliveryView>()
            .WithSummary("Shows one delivery with its attempts and what held it.");
        group.MapPost("{id}/redrive", RedriveAsync).Allow(AccessRule.Admin).WithName("redriveDelivery").Produces<Redriven>()
            .WithSummary("Sends a delivery again that failed, expired, or may not have gone out. What decides about every delivery decides about this one too.");
        group.MapPost("redrive", RedriveAllAsync).Allow(AccessRule.Admin).WithName("redriveDeliveries").Produces<Redriven>()
            .WithSummary("Sends all deliveries of a channel again that failed.");
        routes.MapGet("/api/v1/{tenant}/admin/providers", Providers).Allow(AccessRule.Staff).WithTags("Admin").ProducesOurProblems()
            .WithName("listProviders").Produces<ProviderPage>().WithSummary("Shows how this node's providers do. A node without the role worker has none.");
    }

    /// <param name="limit">1 to 200; 50 when absent.</param>
    /// <param name="cursor">The <c>next</c> of the page before.</param>
    private static async Task<IResult> ListAsync(HttpContext context, IDeliveryQueue queue, string tenant, string? limit, string? cursor)
    {
        if (!ListParameters.TryLimit(limit, out var count))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "limit is 1 to 200.", "limit");
        }

        if (!TryPlace(cursor, out var after))
        {
            return Problems.Result(ErrorCode.InvalidCursor, null, "cursor");
        }

        var found = await queue.ListDeadAsync(tenant, after, count + 1, context.RequestAborted);
        var items = new List<DeliveryView>();
        foreach (var row in found.Take(count))
        {
            items.Add(DeliveryViews.Of((await queue.FindAsync(tenant, row.Delivery.Id, context.RequestAborted))!));
        }

        return TypedResults.Ok(new DeliveryPage(items, found.Count > count ? Place(found[count - 1]) : null));
    }

    private static async Task<IResult> FindAsync(HttpContext context, IDeliveryQueue queue, string tenant, string id) =>
        await queue.FindAsync(tenant, id, context.RequestAborted) is { } details ? TypedResults.Ok(DeliveryViews.Of(details)) : Problems.Result(ErrorCode.NotFound);

    private static async Task<IResult> RedriveAsync(HttpContext context, IDeliveryQueue queue, TimeProvider time, string tenant, string id)
    {
        if (await queue.FindAsync(tenant, id, context.RequestAborted) is not { } details)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        if (!Redrive.CanBeSentAgain(details.Row))
        {
            return Problems.Result(ErrorCode.InvalidParameter, $"A delivery that is {details.Row.Progress.State.ToString().ToLowerInvariant()} is not sent again.", "id");
        }

        return await Redrive.AddAsync(queue, details.Row.Delivery, time.GetUtcNow(), context.RequestAborted) is { } again
            ? TypedResults.Ok(new Redriven([again]))
            : Problems.Result(ErrorCode.InvalidParameter, "It was sent again already.", "id");
    }

    /// <param name="channel">email, sms, web_push, fcm, apns or webhook.</param>
    private static async Task<IResult> RedriveAllAsync(HttpContext context, IDeliveryQueue queue, TimeProvider time, string tenant, string? channel)
    {
        if (!Enum.GetValues<DeliveryChannel>().Any(known => known.Wire() == channel))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "channel is email, sms, web_push, fcm, apns or webhook.", "channel");
        }

        return TypedResults.Ok(new Redriven(await Redrive.AddAllAsync(queue, tenant, channel!, time.GetUtcNow(), context.RequestAborted)));
    }

    private static IResult Providers(HttpContext context, string tenant) => TypedResults.Ok(new ProviderPage(
        [.. (context.RequestServices.GetService<ChannelRoutes>()?.Health ?? []).Select(health => new ProviderView(health.Channel.Wire(), health.Provider, health.OpenUntil, health.LastAnswer?.ToLowerInvariant(), health.LastAt)).DistinctBy(view => (view.Channel, view.Provider))]));

    private static string Place(QueuedDelivery row) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row.Progress.Due.UtcTicks}|{row.Delivery.Id}")));

    private static bool TryPlace(string? cursor, out (DateTimeOffset Due, string Id)? place)
    {
        place = null;
        if (cursor is null)
        {
            return true;
        }

        try
        {
            var parts = Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(cursor)).Split('|', 2);
            if (parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) && ticks <= DateTimeOffset.MaxValue.Ticks)
            {
                place = (new DateTimeOffset(ticks, TimeSpan.Zero), parts[1]);
                return true;
            }
        }
        catch (FormatException)
        {
            // Not one of ours.
        }

        return false;
    }
}
