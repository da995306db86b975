using System.Globalization;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Server.Demo;

namespace Milepost.Server.Tests.Demo;

public sealed class ShopScriptTests
{
    private const int Length = 3_000;
    private static readonly string?[] Ridden = ["courier_assigned", "picked_up", "out_for_delivery", "arriving", "delivered", "attempt_failed"];
    private static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-11-21T18:00:00Z", CultureInfo.InvariantCulture);

    [Fact]
    public void The_same_seed_tells_the_same_story() => Text(Script(7)).ShouldBe(Text(Script(7)));

    [Fact]
    public void Another_seed_tells_another_story()
    {
        var first = Script(7).Select(scripted => scripted.Event.Id).ToHashSet(StringComparer.Ordinal);

        Script(8).ShouldAllBe(scripted => !first.Contains(scripted.Event.Id));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0.3)]
    [InlineData(3, 20)]
    public void Events_are_sent_in_order_and_never_before_they_happened(int seed, double speed)
    {
        var script = Script(seed, speed);

        script.Select(scripted => scripted.Offset).ShouldBeInOrder();
        script.ShouldAllBe(scripted => scripted.Event.Time <= Start + scripted.Offset);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(-5)]
    public void Every_event_is_valid(int seed)
    {
        foreach (var scripted in Script(seed))
        {
            var cloudEvent = scripted.Event;
            Identifiers.IsValid(cloudEvent.Subject).ShouldBeTrue(cloudEvent.Subject);
            cloudEvent.Id.Length.ShouldBeInRange(1, 255);
            cloudEvent.Source.ShouldStartWith("/");
            EventTypes.All.ShouldContain(cloudEvent.Type);
            CheckData(cloudEvent.Type, cloudEvent.Data!.Value);
        }
    }

    [Fact]
    public void Every_kind_of_event_and_every_ending_occurs()
    {
        var script = Script(1);

        EventTypes.All.Where(type => !EventTypes.IsOfCustomer(type)).ShouldBeSubsetOf(script.Select(scripted => scripted.Event.Type));
        var statuses = script.Where(scripted => scripted.Event.Type == EventTypes.OrderStatusChanged)
            .Select(scripted => scripted.Event.Data!.Value.GetProperty("status").GetString()!).ToHashSet(StringComparer.Ordinal);
        new[] { "accepted", "preparing", "ready", "courier_assigned", "picked_up", "out_for_delivery", "arriving", "delivered", "ready_for_collection" }
            .ShouldBeSubsetOf(statuses);
    }

    [Fact]
    public void Some_events_come_twice_and_some_come_late()
    {
        var script = Script(1);

        script.GroupBy(scripted => (scripted.Event.Source, scripted.Event.Id)).Count(same => same.Count() == 2).ShouldBeGreaterThan(20);
        script.Count(scripted => scripted.Offset > TimeSpan.Zero && Start + scripted.Offset - scripted.Event.Time > TimeSpan.FromSeconds(5)).ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Almost_every_customer_has_an_order_under_way_at_the_start()
    {
        var opening = Script(1).TakeWhile(scripted => scripted.Offset == TimeSpan.Zero).Select(scripted => scripted.Event).ToList();

        opening.Where(cloudEvent => cloudEvent.Type == EventTypes.OrderPlaced && cloudEvent.Time > Start.AddMinutes(-2))
            .Select(CustomerOf).Distinct().Count().ShouldBe(Cast.Customers.Count - 1);
        opening.Where(cloudEvent => cloudEvent.Type == EventTypes.OrderPlaced).Select(CustomerOf).Distinct().Count().ShouldBe(Cast.Customers.Count);
    }

    [Fact]
    public void What_is_collected_takes_a_minute_and_a_half_and_half_of_it_at_double_speed()
    {
        Collections(1).ShouldAllBe(life => life > TimeSpan.FromSeconds(60) && life < TimeSpan.FromSeconds(110));
        Average(Collections(1)).TotalSeconds.ShouldBeInRange(75, 95);
        Average(Collections(2)).TotalSeconds.ShouldBeInRange(37, 48);
    }

    [Fact]
    public void What_is_delivered_goes_on_with_a_ride_of_which_the_script_tells_nothing()
    {
        var orders = Script(1).Where(scripted => scripted.Event.Time > Start).GroupBy(scripted => scripted.Event.Subject)
            .Where(order => order.Any(scripted => scripted.Event.Type == EventTypes.OrderPlaced) && order.Any(scripted => StatusOf(scripted.Event) is "ready")).ToList();

        orders.Count.ShouldBeGreaterThan(50);
        foreach (var order in orders)
        {
            order.Count(scripted => scripted.Ride is not null).ShouldBe(1);
            order.First(scripted => scripted.Ride is not null).Ride!.OrderId.ShouldBe(order.Key);
            order.ShouldAllBe(scripted => !Ridden.Contains(StatusOf(scripted.Event)));
        }
    }

    [Fact]
    public void Events_of_one_moment_are_one_batch()
    {
        var batches = ShopPlayer.Batches(Script(1).TakeWhile(scripted => scripted.Offset < TimeSpan.FromMinutes(2))).ToList();

        batches.SelectMany(batch => batch.Events).Count().ShouldBe(Script(1).TakeWhile(scripted => scripted.Offset < TimeSpan.FromMinutes(2)).Count());
        batches.ShouldContain(batch => batch.Offset > TimeSpan.Zero && batch.Events.Count > 1);
        batches.ShouldContain(batch => batch.Events.Count == 1);
        batches.Select(batch => batch.Offset).ShouldBeInOrder();
    }

    [Fact]
    public void Batches_of_an_endless_script_come_without_reading_it_all() =>
        ShopPlayer.Batches(ShopScript.Generate(new ScriptOptions(1, Start, 1, 8))).Take(3).Count().ShouldBe(3);

    private static void CheckData(string type, JsonElement data)
    {
        switch (type)
        {
            case EventTypes.OrderPlaced:
                Identifiers.IsValid(data.GetProperty("customer").GetProperty("id").GetString()).ShouldBeTrue();
                TimeZoneInfo.TryFindSystemTimeZoneById(data.GetProperty("customer").GetProperty("timeZone").GetString()!, out _).ShouldBeTrue();
                data.GetProperty("items").GetArrayLength().ShouldBeGreaterThan(0);
                data.GetProperty("total").GetProperty("amount").GetDecimal().ShouldBe(
                    data.GetProperty("items").EnumerateArray().Sum(item => item.GetProperty("price").GetDecimal() * item.GetProperty("quantity").GetInt32()));
                break;
            case EventTypes.OrderStatusChanged:
                OrderStatusNames.TryParse(data.GetProperty("status").GetString(), out _).ShouldBeTrue();
                break;
            case EventTypes.OrderEtaUpdated:
                Time(data, "from").ShouldBeLessThan(Time(data, "eta"));
                Time(data, "to").ShouldBeGreaterThan(Time(data, "eta"));
                break;
            case EventTypes.OrderDriverAssigned:
                data.GetProperty("driver").GetProperty("name").GetString().ShouldNotBeNullOrEmpty();
                break;
            case EventTypes.OrderCancelled:
                data.GetProperty("reason").GetString().ShouldNotBeNullOrEmpty();
                break;
            case EventTypes.OrderNoteAdded:
                data.GetProperty("customerVisible").GetBoolean().ShouldBeTrue();
                break;
        }
    }

    private static DateTimeOffset Time(JsonElement data, string field)
    {
        Rfc3339.TryParse(data.GetProperty(field).GetString(), out var time).ShouldBeTrue();
        return time;
    }

    private static string CustomerOf(CloudEvent placed) => placed.Data!.Value.GetProperty("customer").GetProperty("id").GetString()!;

    private static List<TimeSpan> Collections(double speed) =>
        Script(1, speed).Where(scripted => scripted.Event.Time > Start).Select(scripted => scripted.Event).GroupBy(cloudEvent => cloudEvent.Subject)
            .Where(order => order.Any(it => it.Type == EventTypes.OrderPlaced) && order.Any(it => StatusOf(it) is "delivered"))
            .Select(order => order.Max(it => it.Time!.Value) - order.Min(it => it.Time!.Value)).ToList();

    private static string? StatusOf(CloudEvent cloudEvent) =>
        cloudEvent.Type == EventTypes.OrderStatusChanged ? cloudEvent.Data!.Value.GetProperty("status").GetString() : null;

    private static TimeSpan Average(List<TimeSpan> times) => TimeSpan.FromSeconds(times.Average(time => time.TotalSeconds));

    private static List<ScriptedEvent> Script(int seed, double speed = 1) =>
        ShopScript.Generate(new ScriptOptions(seed, Start, speed, OrdersPerMinute: 8)).Take(Length).ToList();

    private static List<string> Text(List<ScriptedEvent> script) =>
        script.Select(scripted => $"{scripted.Offset} {JsonSerializer.Serialize(scripted.Event, ProtocolJson.Default.CloudEvent)}").ToList();
}
