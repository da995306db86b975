using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Milepost.LogisticsSimulator.Streets;
using Milepost.Protocol;
using Milepost.Protocol.Orders;
using Milepost.Server.Demo;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;

namespace Milepost.Server.Tests.Demo;

/// <summary>The demo's rides with the real server and the real simulator, faster than drivers really are.</summary>
public sealed class RidePlayerTests : IDisposable
{
    private const double Fast = 5;
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Everybody_lives_in_the_simulated_city()
    {
        await using var fleet = await DemoFleet.StartAsync(speed: 1, drivers: 1, TimeProvider.System, TestContext.Current.CancellationToken);

        var places = Cast.Customers.Select(customer => (customer.Lat, customer.Lon)).Concat(Cast.Restaurants.Concat(Cast.ParcelShops).Select(shop => (shop.Lat, shop.Lon)));

        places.ShouldAllBe(place => fleet.City.MetersToStreet(new Place(place.Lat, place.Lon)) < City.Reach / 2);
    }

    [Fact]
    public async Task A_ride_is_told_as_the_driver_gets_on_and_the_server_finds_out_that_the_driver_comes_near()
    {
        var tracking = await RideAsync(Plan("o-1", Cast.Restaurants[0], attemptFails: false));

        // What the courier told, in its order; the rest is found out.
        tracking.Timeline.Where(entry => entry.Source == "/couriers/test").Select(entry => entry.Status).OfType<OrderStatus>()
            .ShouldBe([OrderStatus.CourierAssigned, OrderStatus.PickedUp, OrderStatus.OutForDelivery, OrderStatus.Delivered]);
        var arriving = tracking.Timeline.Single(entry => entry.Status is OrderStatus.Arriving);
        arriving.Source.ShouldStartWith("/milepost/");
        arriving.Time.ShouldBeLessThan(tracking.Timeline.Single(entry => entry.Status is OrderStatus.Delivered).Time);
        tracking.Location.ShouldBeNull();
        tracking.Route.ShouldBeNull();
        tracking.Driver.ShouldBeNull();
    }

    [Fact]
    public async Task When_nobody_opens_the_driver_comes_again()
    {
        // The nearest one: it is a ride there, back and there again.
        var tracking = await RideAsync(Plan("o-2", Cast.Restaurants.Single(shop => shop.Counter == "Hikari Ramen"), attemptFails: true));

        tracking.Timeline.Where(entry => entry.Source == "/couriers/test").Select(entry => entry.Status).OfType<OrderStatus>().ShouldBe(
            [OrderStatus.CourierAssigned, OrderStatus.PickedUp, OrderStatus.OutForDelivery, OrderStatus.AttemptFailed, OrderStatus.OutForDelivery, OrderStatus.Delivered]);
    }

    private static RidePlan Plan(string order, DemoShop shop, bool attemptFails) => new()
    {
        OrderId = order,
        Courier = "/couriers/test",
        Shop = shop,
        Customer = Cast.Customers.Single(customer => customer.Id == "mateo"),
        ReadyAfter = TimeSpan.Zero,
        HandOver = TimeSpan.FromSeconds(6),
        Delivered = "At the door",
        AttemptFails = attemptFails,
    };

    private async Task<OrderTracking> RideAsync(RidePlan plan)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var fleet = await DemoFleet.StartAsync(Fast, drivers: 12, TimeProvider.System, cancellation);
        var settings = DemoRun.LoadSettings("http://127.0.0.1:0", _directory.Path, fleet).ShouldBeOfType<SettingsResult.Loaded>().Settings;
        var minter = new TokenMinter(KeySource.Of(settings).SigningSecret!, audience: "", TimeProvider.System);
        await using var app = MilepostServer.Build(settings, it => it.MapDemo(minter, fleet.City));
        await app.StartAsync(cancellation);
        using var http = DemoRun.Shop(app.Urls.First(), minter);
        var problems = new List<string>();
        var shop = new ShopPlayer(http, new DemoTally(), problems.Add, TimeProvider.System);
        var start = TimeProvider.System.GetUtcNow();
        var placed = new OrderStory(new ScriptOptions(1, start, Fast, OrdersPerMinute: 1), new Random(1), plan.OrderId, plan.Customer, plan.Shop, TimeSpan.Zero, stretch: 0).Cancelled()
            .Where(scripted => scripted.Event.Type is "order.placed" or "order.paid");

        await shop.PostAsync([.. placed.Select(scripted => scripted.Event)], cancellation);
        await new RidePlayer(fleet, shop, TimeProvider.System).RunAsync(new[] { plan }.ToAsyncEnumerable(), cancellation);

        problems.ShouldBeEmpty();
        using var customer = new HttpClient { BaseAddress = http.BaseAddress };
        customer.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", minter.Mint(new TokenRequest(Cast.Tenant, plan.Customer.Id, [], TimeSpan.FromMinutes(5))));
        return (await customer.GetFromJsonAsync(new Uri($"orders/{plan.OrderId}/tracking", UriKind.Relative), ProtocolJson.Default.OrderTracking, cancellation))!;
    }
}
