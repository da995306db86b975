using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Events;

namespace Milepost.Server.Demo;

/// <summary>One order from its placing to its end, told as the events that a shop and a courier would send.</summary>
internal sealed class OrderStory
{
    private readonly ScriptOptions _options;
    private readonly Random _random;
    private readonly DemoCustomer _customer;
    private readonly string _orderId;
    private readonly TimeSpan _placedAt;
    private readonly string _courier;
    private readonly DemoDriver _driver;
    private readonly double _pace;
    private readonly List<ScriptedEvent> _events = [];

    /// <param name="stretch">1: the order lives one to two minutes.</param>
    public OrderStory(ScriptOptions options, Random random, string orderId, DemoCustomer customer, DemoShop shop, TimeSpan placedAt, double stretch)
    {
        (_options, _random, _orderId, _customer, _placedAt, Shop) = (options, random, orderId, customer, placedAt, shop);
        var isMeal = Cast.Restaurants.Contains(shop);
        _courier = isMeal ? "/couriers/velo" : "/carriers/stadtbote";
        var drivers = isMeal ? Cast.Riders : Cast.Vans;
        _driver = drivers[_random.Next(drivers.Count)];
        _pace = (0.85 + (0.3 * _random.NextDouble())) * stretch;
    }

    public DemoShop Shop { get; }

    /// <summary>A meal brought by a rider, in about a minute and a half.</summary>
    public IReadOnlyList<ScriptedEvent> Meal(bool isDelayed)
    {
        var slower = isDelayed ? 22 : 0;
        Placed(destination: true);
        Paid(2);
        Status(6, Shop.Source, "accepted", "The kitchen has your order");
        Eta(7, Shop.Source, due: 88);
        Status(14, Shop.Source, "preparing");
        Status(32, Shop.Source, "ready");
        Driver(36);
        Status(37, _courier, "courier_assigned");
        Status(44, _courier, "picked_up");
        Status(47, _courier, "out_for_delivery");
        if (isDelayed)
        {
            Eta(56, _courier, due: 88 + slower, Pick("Heavy traffic on the way", "Rain is slowing our riders down", "The bridge is closed, taking a detour"));
            Note(58, _courier, $"{_driver.Name} is sorry for the wait and on the way to you");
        }

        Status(74 + slower, _courier, "arriving", Pick("Two streets away", "Around the corner", "Looking for your doorbell"));
        Status(88 + slower, _courier, "delivered", Pick("Handed to you at the door", "Left with your neighbour", "Enjoy your meal!"));
        return _events;
    }

    /// <summary>A meal that the customer collects.</summary>
    public IReadOnlyList<ScriptedEvent> PickUp()
    {
        Placed(destination: false);
        Paid(0);
        Status(6, Shop.Source, "accepted", "We will call you when it is ready");
        Eta(7, Shop.Source, due: 48);
        Status(15, Shop.Source, "preparing");
        Status(48, Shop.Source, "ready_for_collection", $"Collect it at the counter with code {_random.Next(100, 1000)}");
        Status(84, Shop.Source, "delivered", "Collected at the counter");
        return _events;
    }

    /// <summary>A parcel; sometimes nobody is at home the first time.</summary>
    public IReadOnlyList<ScriptedEvent> Parcel(bool attemptFails)
    {
        Placed(destination: true);
        Paid(0);
        Status(8, Shop.Source, "accepted", "Your parcel is announced to the carrier");
        Status(18, Shop.Source, "preparing", "Being packed");
        Status(34, Shop.Source, "ready");
        Status(44, _courier, "picked_up", "The carrier has your parcel");
        Eta(45, _courier, due: 102);
        Driver(54);
        Status(56, _courier, "out_for_delivery", "In the van, stop 7 of 12");
        if (!attemptFails)
        {
            Status(88, _courier, "arriving");
            Status(102, _courier, "delivered", Pick("Handed over at the door", "In the parcel box", "Left with the concierge"));
            return _events;
        }

        Status(84, _courier, "attempt_failed", "Nobody answered the door; we try again on the way back");
        Eta(86, _courier, due: 126, "Second attempt on the way back");
        Status(98, _courier, "out_for_delivery", "On the way back to you");
        Status(126, _courier, "delivered", "Handed over at the second attempt");
        return _events;
    }

    public IReadOnlyList<ScriptedEvent> Cancelled()
    {
        Placed(destination: true);
        Paid(2);
        Status(6, Shop.Source, "accepted");
        Add(24, Shop.Source, EventTypes.OrderCancelled, new { reason = Pick("An item ran out; your money is on its way back", "The shop had to close early") });
        return _events;
    }

    private void Placed(bool destination)
    {
        var items = Shop.Range.OrderBy(_ => _random.Next()).Take(_random.Next(1, 4))
            .Select(item => new { name = item.Name, quantity = _random.Next(5) == 0 ? 2 : 1, price = item.Price }).ToList();
        Add(0, Shop.Source, EventTypes.OrderPlaced, new
        {
            customer = new
            {
                id = _customer.Id,
                name = _customer.Name,
                email = _customer.Email,
                phone = _customer.Phone,
                locale = _customer.Locale,
                timeZone = _customer.TimeZone,
            },
            items,
            total = new { amount = items.Sum(item => item.price * item.quantity), currency = "EUR" },
            destination = destination ? new { address = _customer.Address, lat = _customer.Lat, lon = _customer.Lon } : null,
        });
    }

    // At second 0 the shop sends both in one batch.
    private void Paid(double second) => Add(second, Shop.Source, EventTypes.OrderPaid, new { });

    private void Status(double second, string source, string status, string? note = null) =>
        Add(second, source, EventTypes.OrderStatusChanged, new { status, note });

    private void Note(double second, string source, string note) =>
        Add(second, source, EventTypes.OrderNoteAdded, new { note, customerVisible = true });

    private void Driver(double second) =>
        Add(second, _courier, EventTypes.OrderDriverAssigned, new { driver = new { id = _driver.Id, name = _driver.Name, vehicle = _driver.Vehicle } });

    private void Eta(double second, string source, double due, string? reason = null)
    {
        var at = _options.Start + At(due);
        var slack = TimeSpan.FromSeconds(30 * _pace);
        Add(second, source, EventTypes.OrderEtaUpdated, new { eta = Rfc3339.Format(at), from = Rfc3339.Format(at - slack), to = Rfc3339.Format(at + slack), reason });
    }

    // Before the start: the shop sends what happened so far as soon as the demo begins.
    private void Add(double second, string source, string type, object data)
    {
        var at = At(second);
        _events.Add(new ScriptedEvent(at < TimeSpan.Zero ? TimeSpan.Zero : at, new CloudEvent
        {
            Id = $"{_orderId}.{_events.Count + 1}",
            Source = source,
            Type = type,
            Subject = _orderId,
            Time = _options.Start + at,
            Data = JsonSerializer.SerializeToElement(data, DataFormat),
        }));
    }

    private TimeSpan At(double second) => TimeSpan.FromMilliseconds(Math.Round((_placedAt + TimeSpan.FromSeconds(second * _pace)).TotalMilliseconds));

    private string Pick(params string[] texts) => texts[_random.Next(texts.Length)];

    private static readonly JsonSerializerOptions DataFormat = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };
}
