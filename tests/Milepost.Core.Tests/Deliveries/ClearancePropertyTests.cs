using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;
using Milepost.Core.Preferences;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Tests.Deliveries;

/// <summary>
/// Random orders of customers with random quiet hours, in zones around the moments when their clocks are changed: nothing is pushed within quiet hours
/// that should not be, every push tells what is true when it goes out, and whatever waited is told once or not at all.
/// </summary>
public sealed class ClearancePropertyTests
{
    private static readonly OrderStatus[] Story =
        [OrderStatus.Accepted, OrderStatus.Preparing, OrderStatus.Ready, OrderStatus.PickedUp, OrderStatus.OutForDelivery, OrderStatus.Arriving, OrderStatus.Delivered, OrderStatus.Returning, OrderStatus.Returned];

    private static readonly (string Zone, string Around)[] Moments =
    [
        ("Europe/Berlin", "2026-03-29T01:00:00Z"), ("Europe/Berlin", "2026-10-25T01:00:00Z"), ("America/Sao_Paulo", "2018-11-04T03:00:00Z"), ("Asia/Beirut", "2022-03-26T22:00:00Z"),
        ("Australia/Lord_Howe", "2025-10-04T15:30:00Z"), ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"), ("Asia/Kolkata", "2026-01-01T00:00:00Z"), ("Pacific/Apia", "2011-12-30T10:00:00Z"),
    ];

    private static readonly Gen<Case> Cases =
        from moment in Gen.Elements(Moments)
        from before in Gen.Choose(0, 2 * 1440)
        from gaps in Gen.ListOf(Gen.Choose(0, 300), Story.Length)
        from skip in Gen.ListOf(Gen.Elements(true, true, false), Story.Length)
        from windows in Gen.ListOf(Window, 5)
        select new Case(moment.Zone, DateTimeOffset.Parse(moment.Around, CultureInfo.InvariantCulture).AddMinutes(-before), [.. gaps], [.. skip], [.. windows]);

    private static Gen<(string Day, QuietWindow Window)> Window =>
        from day in Gen.Elements(WeekdayNames.All.ToArray())
        from start in Gen.Choose(0, 1439)
        from length in Gen.Choose(1, 1439)
        let end = (start + length) % 1440
        select (day, new QuietWindow($"{start / 60:00}:{start % 60:00}", $"{end / 60:00}:{end % 60:00}"));

    [Fact]
    public void Nothing_is_pushed_in_quiet_hours_and_each_push_tells_what_is_true() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(400), Prop.ForAll(Cases.ToArbitrary(), Judge));

    private static void Judge(Case it)
    {
        var customer = it.Customer();
        var rows = it.Plan().Select(delivery => new QueuedDelivery(delivery, new DeliveryProgress { State = DeliveryState.Queued, Due = delivery.Due })).ToList();
        var sent = new List<(DateTimeOffset At, OrderStatus Told)>();
        for (var turns = 0; rows.FindAll(row => row.Progress.State == DeliveryState.Queued) is { Count: > 0 } waiting; turns++)
        {
            turns.ShouldBeLessThan(200, "a delivery waits for ever");
            var row = waiting.OrderBy(one => one.Progress.Due).ThenBy(one => one.Delivery.Place).First();
            var now = row.Progress.Due;
            var truth = it.StatusAt(now);
            var clearance = row.Delivery.ExpiresAt <= now
                ? new Clearance.Stop(DeliveryState.Expired, "expired", "")
                : ClearanceRules.Decide(new ClearanceCase(row, Facts(customer, truth, [.. rows.Where(one => one.Delivery.CreatedAt <= now)]), TenantSettings.Default, now));
            rows[rows.IndexOf(row)] = row with
            {
                Progress = clearance switch
                {
                    Clearance.Send => row.Progress with { State = DeliveryState.Sent },
                    Clearance.Hold hold => row.Progress with { Due = hold.Until, Reason = hold.Code },
                    Clearance.Stop stop => row.Progress with { State = stop.State, Reason = stop.Code },
                    _ => throw new InvalidOperationException(),
                },
            };
            if (clearance is Clearance.Hold { Until: var until })
            {
                until.ShouldBeGreaterThan(now);
            }

            if (clearance is Clearance.Send send)
            {
                sent.Add((now, send.Rewrite ?? row.Delivery.Status!.Value));
            }
        }

        foreach (var (at, told) in sent)
        {
            told.ShouldBe(it.StatusAt(at), $"told {told} at {at:O}");
            var type = NotificationTypes.Find("order." + told.Wire())!;
            if (PreferenceRules.Quiet(type, customer.Preferences.QuietHours) != QuietRule.Now)
            {
                QuietHoursCalendar.Check(customer.Preferences.QuietHours, it.Zone, at).Quiet.ShouldBeFalse($"{told} at {at:O} in {it.Zone}");
            }
        }

        // One status is told once, whoever waited for it.
        sent.Select(one => one.Told).ShouldBeUnique();
        sent.Select(one => Array.IndexOf(Story, one.Told)).ShouldBeInOrder();
    }

    private static ClearanceFacts Facts(Customer customer, OrderStatus status, IReadOnlyList<QueuedDelivery> siblings) => new()
    {
        Customer = customer,
        Order = new Order { Tenant = Some.Tenant, Id = "o-1", Status = status, Last = new EventKey(Some.Evening, "s", "1"), EventCount = 1 },
        Siblings = siblings,
    };

    private sealed record Case(string Zone, DateTimeOffset Start, int[] Gaps, bool[] Happens, (string Day, QuietWindow Window)[] Windows)
    {
        public Customer Customer() => new()
        {
            Tenant = Some.Tenant,
            Profile = new CustomerProfile { Id = "c-1", TimeZone = Zone },
            Devices = [new Device { Id = "phone", Kind = DeviceKind.Fcm, Address = "token", SeenAt = Start }],
            Preferences = new NotificationPreferences
            {
                QuietHours = new QuietHours { Enabled = true, Days = Windows.GroupBy(window => window.Day).ToDictionary(day => day.Key, day => (IReadOnlyList<QuietWindow>)[.. day.Select(window => window.Window)]) },
            },
        };

        public OrderStatus StatusAt(DateTimeOffset time) => Events().Last(one => one.At <= time).Status;

        public IEnumerable<Delivery> Plan() => Events().Select((one, index) => new Delivery
        {
            Tenant = Some.Tenant,
            Id = one.Status.Wire(),
            CustomerId = "c-1",
            Channel = DeliveryChannel.Fcm,
            NotificationId = one.Status.Wire(),
            Place = index + 1,
            Type = "order." + one.Status.Wire(),
            Category = NotificationCategory.Order,
            Priority = NotificationTypes.Find("order." + one.Status.Wire())!.Priority,
            OrderId = "o-1",
            Status = one.Status,
            Address = "phone",
            Title = "",
            Body = "",
            Topic = "fcm:c-1:phone:order:o-1",
            CreatedAt = one.At,
            Due = one.At.AddSeconds(10),
            ExpiresAt = one.At + NotificationTypes.Find("order." + one.Status.Wire())!.UsefulFor,
        });

        private List<(DateTimeOffset At, OrderStatus Status)> Events()
        {
            var events = new List<(DateTimeOffset At, OrderStatus Status)>();
            var at = Start;
            for (var index = 0; index < Story.Length; index++)
            {
                at = at.AddMinutes(Gaps[index]).AddSeconds(1);
                if (Happens[index] || index == 0)
                {
                    events.Add((at, Story[index]));
                }
            }

            return events;
        }
    }
}
