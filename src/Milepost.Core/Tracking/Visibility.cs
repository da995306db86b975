using Milepost.Core.Orders;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Protocol.Tracking;

namespace Milepost.Core.Tracking;

/// <summary>What decides about visibility at a moment.</summary>
public sealed record TrackingFacts
{
    public required OrderStatus Status { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>How many stops of the driver come before this order; null: not known.</summary>
    public int? StopsBefore { get; init; }

    public double? MetersToGo { get; init; }

    public TimeSpan? TimeToGo { get; init; }
}

/// <summary>What may be seen.</summary>
public readonly record struct VisibleFields(bool Location, bool Route, bool Eta, bool Name, bool Phone, bool Photo, bool Vehicle)
{
    public static readonly VisibleFields All = new(Location: true, Route: true, Eta: true, Name: true, Phone: true, Photo: true, Vehicle: true);
    public static readonly VisibleFields None;

    public bool Has(TrackedField field) => field switch
    {
        TrackedField.Location => Location,
        TrackedField.Route => Route,
        TrackedField.Eta => Eta,
        TrackedField.Name => Name,
        TrackedField.Phone => Phone,
        TrackedField.Photo => Photo,
        TrackedField.Vehicle => Vehicle,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>
/// The one place that decides what a viewer may see. Pure.
/// <list type="table">
/// <item><term>location, route, phone</term><description>active from picked_up up to delivered, not in an interruption; "always" from courier_assigned and in
/// interruptions too, but not behind the end of the order: the driver is with somebody else then</description></item>
/// <item><term>name, photo, vehicle</term><description>active from courier_assigned up to delivered; "always" at any time</description></item>
/// <item><term>eta</term><description>active from placed until the order has ended or goes back; "always" at any time</description></item>
/// </list>
/// </summary>
public static class Visibility
{
    public static VisibleFields Evaluate(VisibilityPolicy policy, Audience audience, TrackingFacts facts)
    {
        if (audience is Audience.Staff)
        {
            return VisibleFields.All;
        }

        bool Sees(TrackedField field) => Allows(CustomerRule(policy, field), field, facts)
            && (audience is Audience.Customer || Allows(GuestRule(policy, field), field, facts));

        return new VisibleFields(
            Sees(TrackedField.Location),
            Sees(TrackedField.Route),
            Sees(TrackedField.Eta),
            Sees(TrackedField.Name),
            Sees(TrackedField.Phone),
            Sees(TrackedField.Photo),
            Sees(TrackedField.Vehicle));
    }

    /// <summary>What holds for customers: the tenant's rule, else ours.</summary>
    public static VisibilityRule CustomerRule(VisibilityPolicy policy, TrackedField field) => policy.Customer?.Of(field) ?? field switch
    {
        TrackedField.Location or TrackedField.Route => VisibilityRule.ActiveAndNext,
        TrackedField.Phone => VisibilityRule.Never,
        _ => VisibilityRule.Active,
    };

    /// <summary>What holds for guests beside the customer's rule: the tenant's, else the customer's without phone and photo.</summary>
    public static VisibilityRule GuestRule(VisibilityPolicy policy, TrackedField field) => policy.Guest?.Of(field) ?? field switch
    {
        TrackedField.Phone or TrackedField.Photo => VisibilityRule.Never,
        _ => CustomerRule(policy, field),
    };

    private static bool Allows(VisibilityRule rule, TrackedField field, TrackingFacts facts) =>
        rule.When switch
        {
            VisibleWhen.Never => false,
            VisibleWhen.Active => IsActive(field, facts.Status),
            VisibleWhen.Always => IsEver(field, facts.Status),
            _ => throw new System.Diagnostics.UnreachableException(),
        }
        && (rule.WithinStops is not { } stops || facts.StopsBefore <= stops)
        && (rule.WithinMinutes is not { } minutes || facts.TimeToGo?.TotalMinutes <= minutes)
        && (rule.WithinMeters is not { } meters || facts.MetersToGo <= meters);

    private static bool IsActive(TrackedField field, OrderStatus status) => field switch
    {
        TrackedField.Location or TrackedField.Route or TrackedField.Phone => OrderStatusTable.IsOnTheWay(status),
        TrackedField.Eta => OrderStatusTable.IsActive(status) && status is not OrderStatus.Returning,
        _ => status is OrderStatus.CourierAssigned || OrderStatusTable.IsOnTheWay(status),
    };

    private static bool IsEver(TrackedField field, OrderStatus status) => field switch
    {
        TrackedField.Location or TrackedField.Route or TrackedField.Phone =>
            status is OrderStatus.CourierAssigned || OrderStatusTable.IsOnTheWay(status) || OrderStatusTable.IsInterruption(status),
        _ => true,
    };
}
