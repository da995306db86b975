using Milepost.Core.Etas;
using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Orders;
using Milepost.Server.Access;
using Milepost.Server.Api;
using NodaTime;

namespace Milepost.Server.Admin.Tracking;

/// <summary>What was promised and what became of it.</summary>
internal static class PromiseEndpoints
{
    private const int MostDays = 92;
    private const int UsualDays = 7;
    private const int MostRevisions = 500;

    public static void MapPromises(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/v1/{tenant}/admin/promises", ReportAsync).Allow(AccessRule.Staff).WithTags("Admin").ProducesOurProblems()
            .WithName("getPromises").Produces<PromiseReportView>()
            .WithSummary("How the promises to customers were kept: of the orders delivered in a time, altogether and by day.");
        routes.MapGet("/api/v1/{tenant}/orders/{id}/eta-revisions", RevisionsAsync).Allow(AccessRule.Staff).WithTags("Orders").ProducesOurProblems()
            .WithName("listEtaRevisions").Produces<EtaRevisionList>()
            .WithSummary("The newest 500 estimates of when an order arrives, oldest first, and what was promised.");
    }

    /// <param name="from">Delivered from here on; seven days before <c>to</c> when absent. At most 92 days.</param>
    /// <param name="to">Delivered before; now when absent.</param>
    /// <param name="zone">Whose days: an IANA name; UTC when absent.</param>
    private static async Task<IResult> ReportAsync(HttpContext context, ITrackingStore store, TimeProvider time, string tenant, string? from, string? to, string? zone)
    {
        var end = time.GetUtcNow();
        if (to is not null && !Rfc3339.TryParse(to, out end))
        {
            return Problems.Result(ErrorCode.InvalidTime, "This is a date and time as RFC 3339 writes it.", "to");
        }

        // The first days there are have no week before them.
        if (end < DateTimeOffset.UnixEpoch)
        {
            return Problems.Result(ErrorCode.InvalidTime, "This is a time behind 1970.", "to");
        }

        var start = end.AddDays(-UsualDays);
        if (from is not null && !Rfc3339.TryParse(from, out start))
        {
            return Problems.Result(ErrorCode.InvalidTime, "This is a date and time as RFC 3339 writes it.", "from");
        }

        if (start >= end || end - start > TimeSpan.FromDays(MostDays))
        {
            return Problems.Result(ErrorCode.InvalidTime, $"from lies before to, by {MostDays} days at most.", "from");
        }

        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone ?? "UTC") is not { } days)
        {
            return Problems.Result(ErrorCode.InvalidParameter, "This is the IANA name of a time zone, for example Europe/Berlin.", "zone");
        }

        var report = PromiseReport.Of(await store.ListPromisesAsync(tenant, start, end, context.RequestAborted), days);
        return TypedResults.Ok(new PromiseReportView(start, end, days.Id, View(report.All), [.. report.Days.Select(day => new PromiseDayView(day.Day, View(day.Figures)))]));
    }

    private static async Task<IResult> RevisionsAsync(HttpContext context, ITrackingStore store, string tenant, string id)
    {
        if (await store.FindAsync(tenant, id, context.RequestAborted) is not { } tracked)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        var revisions = await store.ListRevisionsAsync(tenant, id, MostRevisions, context.RequestAborted);
        return TypedResults.Ok(new EtaRevisionList(tracked.Order.Promise, [.. revisions.Select(revision => new EtaRevisionView(revision.MadeAt, revision.Eta, revision.Shown))]));
    }

    private static PromiseFiguresView View(PromiseFigures figures) => new(
        figures.Delivered, figures.Kept, figures.KeptShare is { } share ? Math.Round(share, 4) : null, Seconds(figures.MedianLateness), Seconds(figures.NinetiethLateness), Seconds(figures.Bias));

    private static long? Seconds(TimeSpan? span) => span is { } known ? (long)Math.Round(known.TotalSeconds) : null;
}
