using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Tracking;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Protocol.Tracking;

namespace Milepost.Core.Tests.Tracking;

public sealed class VisibilityTests
{
    private static readonly TrackedField[] Fields = Enum.GetValues<TrackedField>();
    private static readonly OrderStatus[] Statuses = Enum.GetValues<OrderStatus>();

    private static readonly Gen<VisibilityRule?> Rules = Gen.OneOf(
        Gen.Constant<VisibilityRule?>(null),
        from when in Gen.Elements(VisibleWhen.Never, VisibleWhen.Active, VisibleWhen.Always, VisibleWhen.Always)
        from stops in Gen.Elements<int?>(null, null, 0, 1, 3)
        from minutes in Gen.Elements<double?>(null, null, 5, 30)
        from meters in Gen.Elements<double?>(null, null, 500, 5000)
        select (VisibilityRule?)new VisibilityRule { When = when, WithinStops = stops, WithinMinutes = minutes, WithinMeters = meters });

    private static readonly Gen<FieldRules?> Sets =
        from rules in Gen.ListOf(Rules, 7)
        from none in Gen.Elements(true, false, false)
        select none ? null : new FieldRules { Location = rules[0], Route = rules[1], Eta = rules[2], Name = rules[3], Phone = rules[4], Photo = rules[5], Vehicle = rules[6] };

    private static readonly Gen<TrackingFacts> Moments =
        from status in Gen.Elements(Statuses)
        from stops in Gen.Elements<int?>(null, 0, 1, 4)
        from minutes in Gen.Elements<double?>(null, 1, 20, 60)
        from meters in Gen.Elements<double?>(null, 100, 2000, 9000, double.NaN)
        select Facts(status) with { StopsBefore = stops, MetersToGo = meters, TimeToGo = minutes is { } left ? TimeSpan.FromMinutes(left) : null };

    // By status: what a customer sees by the product's own rules, as the only order of the driver. L location, R route, E eta, N name, F photo, V vehicle.
    [Theory]
    [InlineData(OrderStatus.Placed, "E")]
    [InlineData(OrderStatus.Paid, "E")]
    [InlineData(OrderStatus.Accepted, "E")]
    [InlineData(OrderStatus.Preparing, "E")]
    [InlineData(OrderStatus.Ready, "E")]
    [InlineData(OrderStatus.CourierAssigned, "ENFV")]
    [InlineData(OrderStatus.PickedUp, "LRENFV")]
    [InlineData(OrderStatus.OutForDelivery, "LRENFV")]
    [InlineData(OrderStatus.Arriving, "LRENFV")]
    [InlineData(OrderStatus.Delivered, "")]
    [InlineData(OrderStatus.ReadyForCollection, "E")]
    [InlineData(OrderStatus.AttemptFailed, "E")]
    [InlineData(OrderStatus.Exception, "E")]
    [InlineData(OrderStatus.Cancelled, "")]
    [InlineData(OrderStatus.Returning, "")]
    [InlineData(OrderStatus.Returned, "")]
    public void By_default_a_customer_sees_by_status(OrderStatus status, string letters)
    {
        Letters(VisibilityPolicy.Default, Audience.Customer, Facts(status)).ShouldBe(letters);
        Letters(VisibilityPolicy.Default, Audience.Guest, Facts(status)).ShouldBe(letters.Replace("F", "", StringComparison.Ordinal));
        Visibility.Evaluate(VisibilityPolicy.Default, Audience.Staff, Facts(status)).ShouldBe(VisibleFields.All);
    }

    // Each field always: the driver's privacy behind the end is not the tenant's to give away.
    [Theory]
    [InlineData(OrderStatus.Ready, "ENFV")]
    [InlineData(OrderStatus.CourierAssigned, "LRENPFV")]
    [InlineData(OrderStatus.OutForDelivery, "LRENPFV")]
    [InlineData(OrderStatus.AttemptFailed, "LRENPFV")]
    [InlineData(OrderStatus.Exception, "LRENPFV")]
    [InlineData(OrderStatus.Delivered, "ENFV")]
    [InlineData(OrderStatus.Cancelled, "ENFV")]
    [InlineData(OrderStatus.Returning, "ENFV")]
    [InlineData(OrderStatus.ReadyForCollection, "ENFV")]
    public void Always_shows_no_driver_who_is_with_somebody_else(OrderStatus status, string letters)
    {
        var always = new VisibilityRule { When = VisibleWhen.Always };
        var all = new FieldRules { Location = always, Route = always, Eta = always, Name = always, Phone = always, Photo = always, Vehicle = always };
        Letters(new VisibilityPolicy { Customer = all, Guest = all }, Audience.Customer, Facts(status)).ShouldBe(letters);
        Letters(new VisibilityPolicy { Customer = all, Guest = all }, Audience.Guest, Facts(status)).ShouldBe(letters);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(null, false)]
    public void The_driver_is_seen_when_no_stop_comes_before(int? stops, bool seen)
    {
        var visible = Visibility.Evaluate(VisibilityPolicy.Default, Audience.Customer, Facts(OrderStatus.OutForDelivery) with { StopsBefore = stops });
        (visible.Location, visible.Route).ShouldBe((seen, seen));
        visible.Eta.ShouldBeTrue();
    }

    [Theory]
    [InlineData(null, null, false)]
    [InlineData(10.0, 900.0, true)]
    [InlineData(10.1, 900.0, false)]
    [InlineData(10.0, 1001.0, false)]
    [InlineData(10.0, null, false)]
    [InlineData(10.0, double.NaN, false)]
    public void Every_limit_must_be_met_and_one_that_is_not_known_is_not(double? minutes, double? meters, bool seen)
    {
        var policy = new VisibilityPolicy { Customer = new FieldRules { Location = new VisibilityRule { When = VisibleWhen.Active, WithinMinutes = 10, WithinMeters = 1000 } } };
        var facts = Facts(OrderStatus.PickedUp) with { MetersToGo = meters, TimeToGo = minutes is { } left ? TimeSpan.FromMinutes(left) : null };
        Visibility.Evaluate(policy, Audience.Customer, facts).Location.ShouldBe(seen);
    }

    [Fact]
    public void A_tenant_can_hide_everything_but_not_from_staff()
    {
        var never = VisibilityRule.Never;
        var policy = new VisibilityPolicy { Customer = new FieldRules { Location = never, Route = never, Eta = never, Name = never, Photo = never, Vehicle = never } };
        Visibility.Evaluate(policy, Audience.Customer, Facts(OrderStatus.Arriving)).ShouldBe(VisibleFields.None);
        Visibility.Evaluate(policy, Audience.Guest, Facts(OrderStatus.Arriving)).ShouldBe(VisibleFields.None);
        Visibility.Evaluate(policy, Audience.Staff, Facts(OrderStatus.Arriving)).ShouldBe(VisibleFields.All);
    }

    [Fact]
    public void A_guest_sees_no_more_than_a_customer_and_a_customer_no_more_than_staff_whatever_is_set() => Hold((policy, facts) =>
    {
        var (staff, customer, guest) = (Visibility.Evaluate(policy, Audience.Staff, facts), Visibility.Evaluate(policy, Audience.Customer, facts), Visibility.Evaluate(policy, Audience.Guest, facts));
        foreach (var field in Fields)
        {
            (!guest.Has(field) || customer.Has(field)).ShouldBeTrue($"{field} to a guest");
            (!customer.Has(field) || staff.Has(field)).ShouldBeTrue($"{field} to a customer");
        }
    });

    [Fact]
    public void Nobody_but_staff_sees_where_the_driver_is_before_or_behind_the_order_whatever_is_set() => Hold((policy, facts) =>
    {
        var visible = Visibility.Evaluate(policy, Audience.Customer, facts);
        if (facts.Status is OrderStatus.Placed or OrderStatus.Paid or OrderStatus.Accepted or OrderStatus.Preparing or OrderStatus.Ready
            or OrderStatus.Delivered or OrderStatus.Cancelled or OrderStatus.Returning or OrderStatus.Returned or OrderStatus.ReadyForCollection)
        {
            (visible.Location || visible.Route || visible.Phone).ShouldBeFalse();
        }
    });

    [Fact]
    public void Another_limit_shows_no_more() => Hold((policy, facts) =>
    {
        var rule = Visibility.CustomerRule(policy, TrackedField.Location);
        var tighter = policy with { Customer = (policy.Customer ?? new FieldRules()) with { Location = rule with { WithinStops = 0, WithinMinutes = 3, WithinMeters = 300 } } };
        (Visibility.Evaluate(policy, Audience.Customer, facts).Location || !Visibility.Evaluate(tighter, Audience.Customer, facts).Location).ShouldBeTrue();
    });

    private static void Hold(Action<VisibilityPolicy, TrackingFacts> body) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1000),
        Prop.ForAll((from customer in Sets from guest in Sets select new VisibilityPolicy { Customer = customer, Guest = guest }).ToArbitrary(), Moments.ToArbitrary(), body));

    private static TrackingFacts Facts(OrderStatus status) => new() { Status = status, Now = Some.Evening, StopsBefore = 0 };

    private static string Letters(VisibilityPolicy policy, Audience audience, TrackingFacts facts)
    {
        var visible = Visibility.Evaluate(policy, audience, facts);
        return string.Concat(Fields.Zip("LRENPFV").Where(pair => visible.Has(pair.First)).Select(pair => pair.Second));
    }
}
