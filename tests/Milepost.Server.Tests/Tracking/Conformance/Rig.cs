using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Core.Tracking;
using Milepost.LogisticsSimulator;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Plans;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Sharing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>How a rig differs from the usual one.</summary>
internal sealed record RigOptions
{
    public double Speed { get; init; } = 4;

    /// <summary>How far it is to the door, at least.</summary>
    public double Meters { get; init; } = 1_000;

    public TrackingOptions Tracking { get; init; } = new() { PublishMilliseconds = 100 };

    public Action<LogisticsOptions> Configure { get; init; } = _ => { };

    /// <summary>After how many seconds without a place the order says so.</summary>
    public int StaleSeconds { get; init; } = 3;
}

/// <summary>The whole server with the simulated logistics service, an order under way of ours and one of the neighbour, and those who follow them.</summary>
internal sealed class Rig : IAsyncDisposable
{
    public const string Order = "o-1";
    public const string ShopsName = "Shop Rider";
    private readonly List<IAsyncDisposable> _open = [];
    private readonly List<Watcher<Shown>> _watchers = [];
    private readonly List<Watcher<Glance>> _pages = [];
    private int _events;

    private Rig(Town town, TestServer server) => (Town, Server) = (town, server);

    public Town Town { get; }

    public TestServer Server { get; }

    /// <summary>Everybody who follows our order: its customer, a guest, staff.</summary>
    public IReadOnlyList<Watcher<Shown>> Watchers => _watchers;

    /// <summary>Those who open the page of our order again and again: its customer and a guest.</summary>
    public IReadOnlyList<Watcher<Glance>> Pages => _pages;

    public Watcher<Shown> Customer => _watchers[0];

    public Watcher<Glance> Page => _pages[0];

    /// <summary>What the service has told of our order, as far as the server remembers it.</summary>
    public OrderPlan? Plan => Server.Get<IOrderPlans>().Get(TestServer.Tenant, Order);

    /// <summary>The neighbour's staff, who follow the neighbour's order of the same id.</summary>
    public Watcher<Shown> Neighbour { get; private set; } = null!;

    public static async Task<Rig> StartAsync(RigOptions options)
    {
        var town = await Town.StartAsync(options.Speed, options.Meters);
        try
        {
            var server = await TestServer.StartAsync(
                settings =>
                {
                    var logistics = settings.Logistics;
                    logistics.BaseUrl = town.Simulator.BaseUrl.ToString();
                    logistics.Tenants = [TestServer.Tenant, Town.Neighbour];
                    logistics.TenantTokens = [.. logistics.Tenants.Select(tenant => $"{tenant}={Simulator.TokenOf(tenant)}")];
                    // As often as anybody looks, so that nobody has to wait for news.
                    (logistics.CardMinutes, logistics.RouteSeconds, logistics.EtaSeconds) = (0, 0, 0);
                    (logistics.RequestSeconds, logistics.StreamIdleSeconds) = (1, 1);
                    options.Configure(logistics);
                },
                tracking: options.Tracking);
            var rig = new Rig(town, server);
            await rig.SetAsync(options.StaleSeconds);
            return rig;
        }
        catch
        {
            await town.DisposeAsync();
            throw;
        }
    }

    /// <summary>Our order is under way, and the neighbour's; everybody follows.</summary>
    /// <param name="transport">What our customer comes over; guests and staff come over WebSockets.</param>
    /// <param name="ride">How the driver sets out; null: to the door.</param>
    public async Task BeginAsync(Transport transport, Action<Town>? ride = null)
    {
        await BeginOrderAsync(TestServer.Tenant, "anna", Town.Driver, ShopsName);
        await BeginOrderAsync(Town.Neighbour, "nora", Town.NeighboursDriver, "Neighbour Rider");
        var (ours, theirs) = (EyesOf(TestServer.Tenant, Town.Driver), EyesOf(Town.Neighbour, Town.NeighboursDriver));
        var link = (await Guests.ShareAsync(Server, Order, "anna")).Token;
        var (anna, olga) = (TestServer.Token("anna"), TestServer.Token("olga", "operator"));
        Follow($"the customer over {transport}", Audience.Customer, transport, $"order:{Order}", anna, ours);
        Follow("the guest", Audience.Guest, Transport.WebSocket, "order", link, ours);
        Follow("staff", Audience.Staff, Transport.WebSocket, $"order:{Order}", olga, ours);
        Look("the customer's page", Audience.Customer, $"/api/v1/{TestServer.Tenant}/orders/{Order}/tracking", anna, ours);
        Look("the guest's page", Audience.Guest, "/api/v1/guest/tracking", link, ours);
        Neighbour = Watch("the neighbour's staff", Audience.Staff, Transport.WebSocket, $"order:{Order}", TestServer.TokenFor(Town.Neighbour, "otto", TimeSpan.FromHours(1), "operator"), theirs);
        (ride ?? (town => town.Ride(Order)))(Town);
    }

    /// <summary>Tells an event of our order.</summary>
    public Task TellAsync(string type, object data, string order = Order) => TellAsync(TestServer.Tenant, order, type, data);

    public Task BecomesAsync(OrderStatus status, string order = Order) => TellAsync(EventTypes.OrderStatusChanged, new { status = status.Wire() }, order);

    /// <summary>Another order of our driver that somebody else follows.</summary>
    public async Task<Watcher<Shown>> AddOrderAsync(string order, string customer)
    {
        await BeginOrderAsync(TestServer.Tenant, customer, Town.Driver, ShopsName, order);
        return Watch($"the customer of {order}", Audience.Customer, Transport.WebSocket, $"order:{order}", TestServer.Token(customer), EyesOf(TestServer.Tenant, Town.Driver));
    }

    /// <summary>So many fixes of somebody whom nothing happens to have come and were shown.</summary>
    public async Task UndisturbedAsync(int fixes)
    {
        var before = Neighbour.Seen.Count(shown => shown.Place is not null);
        await Neighbour.UntilAsync(seen => seen.Count(shown => shown.Place is not null) >= before + fixes, "the neighbour's driver");
    }

    /// <summary>Everybody who follows our order, and whoever opens its page, is shown a place that was measured from now on.</summary>
    public async Task ShownAgainAsync()
    {
        var now = Town.Simulator.Clock.GetUtcNow();
        foreach (var watcher in Watchers)
        {
            await watcher.UntilAsync(seen => seen.Any(shown => shown.Place?.Time > now), $"a place of after {now:HH:mm:ss.fff}");
        }

        foreach (var page in Pages)
        {
            await page.UntilAsync(seen => seen.Any(glance => glance.Place?.Time > now), $"a place of after {now:HH:mm:ss.fff}");
        }
    }

    /// <summary>The sum of all series of a counter that have all these labels, such as <c>result="older"</c>.</summary>
    public async Task<double> CountAsync(string metric)
    {
        using var http = Server.Http(token: null);
        var (name, labels) = metric.Split('{') is [var only] ? (only, []) : (metric.Split('{')[0], metric.Split('{')[1].TrimEnd('}').Split(','));
        var lines = (await http.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal));
        return lines.Where(line => labels.All(label => line.Contains(label, StringComparison.Ordinal))).Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    public async Task CountedAsync(string metric, double atLeast) => await UntilAsync(async () => await CountAsync(metric) >= atLeast, $"{metric} reaches {atLeast}");

    /// <summary>Each document was read so many times more.</summary>
    public async Task ReadAgainAsync(int times)
    {
        var read = Plan?.Route?.ReadAt;
        await UntilAsync(
            () =>
            {
                (times, read) = Plan?.Route?.ReadAt is { } now && now != read ? (times - 1, now) : (times, read);
                return Task.FromResult(times <= 0);
            },
            "the documents are read again");
    }

    /// <summary>The driver's newest place that the tracker knows of, whoever may see it.</summary>
    public async Task<DateTimeOffset?> TrackedAsync() =>
        await Server.Get<ITrackingStore>().FindDriverAsync(TestServer.Tenant, Town.Driver, CancellationToken.None) is { } row
            ? JsonSerializer.Deserialize(row.Body, TrackingJson.Default.DriverTrack)!.Last?.Time
            : null;

    public async Task<OrderTracking> TimelineAsync(string order = Order)
    {
        using var staff = Server.Http(TestServer.Token("olga", "operator"));
        return (await staff.GetFromJsonAsync($"/api/v1/{TestServer.Tenant}/orders/{order}/tracking", Protocol.ProtocolJson.Default.OrderTracking))!;
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await condition())
        {
            deadline.IsCancellationRequested.ShouldBeFalse($"in vain: until {what}");
            await again.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open)
        {
            await open.DisposeAsync();
        }

        await Server.DisposeAsync();
        await Town.DisposeAsync();
    }

    private Eyes EyesOf(string tenant, string driver) => new((at, time) => Town.MetersOff(tenant, driver, at, time));

    private void Follow(string name, Audience audience, Transport transport, string stream, string token, Eyes eyes) => _watchers.Add(Watch(name, audience, transport, stream, token, eyes));

    private Watcher<Shown> Watch(string name, Audience audience, Transport transport, string stream, string token, Eyes eyes)
    {
        var watcher = new Watcher<Shown>(name, audience, stop => Feeds.OpenAsync(Server, transport, stream, token, stop).Select(eyes.See));
        _open.Add(watcher);
        return watcher;
    }

    private void Look(string name, Audience audience, string path, string token, Eyes eyes)
    {
        var page = new Watcher<Glance>(name, audience, stop => Glance.ManyAsync(Server, path, token, eyes, stop));
        _open.Add(page);
        _pages.Add(page);
    }

    private async Task SetAsync(int staleSeconds)
    {
        using var admin = Server.Http(TestServer.Token("boss", "admin"));
        using var response = await admin.PutAsJsonAsync($"/api/v1/{TestServer.Tenant}/admin/settings", new { tracking = new { silence = new { staleSeconds } } });
        response.EnsureSuccessStatusCode();
    }

    private async Task BeginOrderAsync(string tenant, string customer, string driver, string name, string order = Order)
    {
        await TellAsync(tenant, order, EventTypes.OrderPlaced, new
        {
            customer = new { id = customer },
            pickup = new { name = "Kitchen", lat = Town.Start.Lat, lon = Town.Start.Lon },
            destination = new { address = "Main St 1", lat = Town.Door.Lat, lon = Town.Door.Lon },
        });
        await TellAsync(tenant, order, EventTypes.OrderDriverAssigned, new { driver = new { id = driver, name, vehicle = "bicycle" } });
        await TellAsync(tenant, order, EventTypes.OrderStatusChanged, new { status = OrderStatus.PickedUp.Wire() });
    }

    private async Task TellAsync(string tenant, string order, string type, object data)
    {
        using var shop = Server.Http(TestServer.TokenFor(tenant, "shop", TimeSpan.FromHours(1), "events:write"));
        var told = new { specversion = "1.0", id = $"e-{Interlocked.Increment(ref _events)}", source = "/test", type, subject = order, time = Protocol.Rfc3339.Format(TimeProvider.System.GetUtcNow()), data };
        using var content = new StringContent(JsonSerializer.Serialize(told), System.Text.Encoding.UTF8, "application/cloudevents+json");
        using var answer = await shop.PostAsync($"/api/v1/{tenant}/events", content);
        answer.IsSuccessStatusCode.ShouldBeTrue(await answer.Content.ReadAsStringAsync());
    }
}
