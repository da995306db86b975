using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Events;

namespace Milepost.Server.Demo;

/// <summary>One order, told as the events that a shop and a courier would send: to its end, or up to where its <see cref="RidePlan"/> goes on.</summary>
internal sealed class OrderStory
{
    private const double SilentShare = 0.12;

    // However fast the demo is: the server is to see the driver at the door before the courier says that it is over.
    private static readonly TimeSpan LeastHandOver = TimeSpan.FromSeconds(4);

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

    /// <summary>The <c>data</c> of an event; what is null is left out.</summary>
    public static JsonElement Data(object data) => JsonSerializer.SerializeToElement(data, DataFormat);

    /// <summary>A meal brought by a rider, in about two minutes and a half; up to the kitchen's beginning here, then by the ride.</summary>
    public IReadOnlyList<ScriptedEvent> Meal(bool isDelayed)
    {
        Placed(destination: true);
        Paid(2);
        Status(6, Shop.Source, "accepted", "The kitchen has your order");
        Eta(7, Shop.Source, due: isDelayed ? 120 : 165);
        Status(14, Shop.Source, "preparing", ride: Ride(18) with
        {
            Delivered = Pick("Handed to you at the door", "Left with your neighbour", "Enjoy your meal!"),
            HeldUpBy = isDelayed ? Pick("Heavy traffic on the way", "Rain is slowing our riders down", "The bridge is closed, taking a detour") : null,
            SilentFor = !isDelayed && _random.NextDouble() < SilentShare ? TimeSpan.FromSeconds(30 * _pace) : null,
        });
        Status(32, Shop.Source, "ready");
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

    /// <summary>A parcel; somebody else's comes first, and sometimes nobody is at home the first time.</summary>
    public IReadOnlyList<ScriptedEvent> Parcel(bool attemptFails)
    {
        Placed(destination: true);
        Paid(0);
        Status(8, Shop.Source, "accepted", "Your parcel is announced to the carrier");
        Eta(12, _courier, due: 220);
        Status(18, Shop.Source, "preparing", "Being packed", Ride(16) with
        {
            OnTheWay = "On the tour, with somebody else's parcel first",
            Delivered = attemptFails ? "Handed over at the second attempt" : Pick("Handed over at the door", "In the parcel box", "Left with the concierge"),
            Before = Cast.Customers[_random.Next(Cast.Customers.Count)],
            AttemptFails = attemptFails,
        });
        Status(34, Shop.Source, "ready");
        return _events;
    }

    /// <summary>Something that was delivered before the demo began.</summary>
    public IReadOnlyList<ScriptedEvent> Past()
    {
        Placed(destination: true);
        Paid(2);
        Status(6, Shop.Source, "accepted");
        Eta(7, Shop.Source, due: 92);
        Status(14, Shop.Source, "preparing");
        Status(32, Shop.Source, "ready");
        Add(36, _courier, EventTypes.OrderDriverAssigned, new { driver = new { id = _driver.Id, name = _driver.Name, vehicle = _driver.Vehicle } });
        Status(37, _courier, "courier_assigned");
        Status(44, _courier, "picked_up");
        Status(47, _courier, "out_for_delivery");
        Add(58, _courier, EventTypes.OrderNoteAdded, new { note = $"{_driver.Name} is on the way to you", customerVisible = true });
        Status(74, _courier, "arriving");
        Status(88, _courier, "delivered", Pick("Handed over at the door", "In the parcel box", "Left with your neighbour"));
        Add(89, _courier, EventTypes.OrderProofAdded, new { proof = new { receivedBy = _customer.Name } });
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
            pickup = new { name = Shop.Counter, address = Shop.Address, lat = Shop.Lat, lon = Shop.Lon },
            total = new { amount = items.Sum(item => item.price * item.quantity), currency = "EUR" },
            destination = destination ? new { address = _customer.Address, lat = _customer.Lat, lon = _customer.Lon } : null,
        });
    }

    // At second 0 the shop sends both in one batch.
    private void Paid(double second) => Add(second, Shop.Source, EventTypes.OrderPaid, new { });

    private void Status(double second, string source, string status, string? note = null, RidePlan? ride = null) =>
        Add(second, source, EventTypes.OrderStatusChanged, new { status, note }, ride);

    private RidePlan Ride(double readyAfter) => new()
    {
        OrderId = _orderId,
        Courier = _courier,
        Shop = Shop,
        Customer = _customer,
        ReadyAfter = TimeSpan.FromSeconds(readyAfter * _pace),
        HandOver = LeastHandOver + TimeSpan.FromSeconds(2 * _pace),
        Delivered = "Handed over at the door",
    };

    private void Eta(double second, string source, double due, string? reason = null)
    {
        var at = _options.Start + At(due);
        var slack = TimeSpan.FromSeconds(30 * _pace);
        Add(second, source, EventTypes.OrderEtaUpdated, new { eta = Rfc3339.Format(at), from = Rfc3339.Format(at - slack), to = Rfc3339.Format(at + slack), reason });
    }

    // Before the start: the shop sends what happened so far as soon as the demo begins.
    private void Add(double second, string source, string type, object data, RidePlan? ride = null)
    {
        var at = At(second);
        _events.Add(new ScriptedEvent(at < TimeSpan.Zero ? TimeSpan.Zero : at, new CloudEvent
        {
            Id = $"{_orderId}.{_events.Count + 1}",
            Source = source,
            Type = type,
            Subject = _orderId,
            Time = _options.Start + at,
            Data = Data(data),
        }, ride));
    }

    private TimeSpan At(double second) => TimeSpan.FromMilliseconds(Math.Round((_placedAt + TimeSpan.FromSeconds(second * _pace)).TotalMilliseconds));

    private string Pick(params string[] texts) => texts[_random.Next(texts.Length)];

    private static readonly JsonSerializerOptions DataFormat = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };
}
