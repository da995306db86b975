using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Client;
using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Tracking;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking;

/// <summary>The shop's and the drivers' side of rides: orders that go due north from the pickup, and fixes along the way.</summary>
internal sealed class Ride : IDisposable
{
    public static readonly GeoPoint Pickup = new(52.5, 13.4);

    /// <summary>2 km north of the pickup.</summary>
    public static readonly GeoPoint Door = Geodesy.Destination(Pickup, 0, 2_000);

    private readonly MilepostClient _shop;
    private readonly HttpClient _http;
    private readonly TimeSpan _step;
    private int _events;
    private DateTimeOffset _clock = TimeProvider.System.GetUtcNow().AddMinutes(-6);

    /// <param name="server">Where to.</param>
    /// <param name="step">How far behind the one before it each event and each fix lies; 10 s.</param>
    public Ride(TestServer server, TimeSpan? step = null)
    {
        _step = step ?? TimeSpan.FromSeconds(10);
        _shop = server.Client("shop", "events:write");
        _http = server.Http(TestServer.Token("shop", "events:write"));
    }

    /// <summary>An order that a driver has taken.</summary>
    public async Task StartAsync(string order, string customer, string driver, OrderStatus status = OrderStatus.PickedUp)
    {
        await TellAsync(order, EventTypes.OrderPlaced, new
        {
            customer = new { id = customer },
            pickup = new { name = "Kitchen", lat = Pickup.Lat, lon = Pickup.Lon },
            destination = new { address = "Main St 1", lat = Door.Lat, lon = Door.Lon },
        });
        await TellAsync(order, EventTypes.OrderDriverAssigned, new { driver = new { id = driver, name = "Ana Lopez", vehicle = "bicycle" } });
        await BecomesAsync(order, status);
    }

    public Task BecomesAsync(string order, OrderStatus status) => TellAsync(order, EventTypes.OrderStatusChanged, new { status = status.Wire() });

    public async Task TellAsync(string order, string type, object data)
    {
        var reply = await _shop.Events.PublishAsync(new CloudEvent
        {
            Id = $"e-{Interlocked.Increment(ref _events)}",
            Source = "/test",
            Type = type,
            Subject = order,
            Time = Next(),
            Data = JsonSerializer.SerializeToElement(data),
        });
        (reply.Accepted, reply.Rejected.FirstOrDefault()).ShouldBe((1, null));
    }

    /// <summary>The driver is so many metres from the pickup, straight towards the door.</summary>
    public Task DrivesAsync(string driver, double meters) => FixAsync(driver, Geodesy.Destination(Pickup, 0, meters));

    public Task FixAsync(string driver, GeoPoint at, double accuracy = 10, DateTimeOffset? time = null) =>
        PostAsync(driver, new { time = time ?? Next(), lat = at.Lat, lon = at.Lon, accuracy });

    public async Task PostAsync(string driver, object body)
    {
        using var response = await _http.PostAsJsonAsync($"/api/v1/{TestServer.Tenant}/drivers/{driver}/locations", body);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        (await response.Content.ReadFromJsonAsync<LocationReply>())!.Rejected.ShouldBeEmpty();
    }

    public void Dispose()
    {
        _http.Dispose();
        (_shop as IDisposable)?.Dispose();
    }

    /// <summary>A time at which nothing else happens: behind everything so far, before everything to come.</summary>
    public DateTimeOffset Moment() => Next();

    // What the rules compare are these times, not ours.
    private DateTimeOffset Next() => _clock += _step;
}
