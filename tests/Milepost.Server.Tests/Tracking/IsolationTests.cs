using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Sharing;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Tracking;

/// <summary>
/// Stories of many drivers, orders, customers and guests, by seed. What each viewer is shown is compared, step by step, with a model that is written from
/// docs/operate/tracking.md ("Who sees what") and shares no code with the server: neither too much nor too little. Some of them have a logistics service, which knows of
/// stops that nobody else knows of, and at times says nothing.
/// </summary>
public sealed class IsolationTests
{
    private static readonly OrderStatus[] OnTheWay = [OrderStatus.PickedUp, OrderStatus.OutForDelivery, OrderStatus.Arriving];
    private static readonly string[] GuestFields = ["lat", "lon", "time", "heading"];
    private static readonly string[] GuestEntryFields = ["status", "active", "time", "eta", "delayed", "locationStale"];

    // Metres from the door, between two places where drivers are seen.
    private const double Limit = 2_503.5;

    private enum Policy
    {
        Usual,
        GuestsNoPlace,
        CustomersNoPlace,
        NobodyNames,

        /// <summary>Places only nearer than <see cref="Limit"/>; where there is a service the way there may be any, so that it has no part in this.</summary>
        Near,
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public async Task Nobody_is_shown_what_the_policy_forbids_at_that_moment_and_everybody_the_rest(int seed, bool hasService)
    {
        await using var service = hasService ? await StopsService.StartAsync(drivers: 3) : null;
        await using var server = await TestServer.StartAsync(settings => service?.Serve(settings), tracking: new TrackingOptions { PublishMilliseconds = 100 });
        using var ride = new Ride(server, TimeSpan.FromMilliseconds(100));
        var story = new Story(server, ride, service, new Random(seed));
        await story.BeginAsync(orders: 6, drivers: 3);
        for (var step = 0; step < 60; step++)
        {
            await story.StepAsync($"seed {seed}, step {step}");
        }

        await story.EndAsync();
    }

    private sealed class Order
    {
        public required string Id { get; init; }

        public required string Driver { get; set; }

        public OrderStatus Status { get; set; } = OrderStatus.CourierAssigned;

        /// <summary>Since when it is this driver's, where it was somebody else's before.</summary>
        public DateTimeOffset Since { get; set; }

        /// <summary>A fix came while the driver had it.</summary>
        public bool Seen { get; set; }

        /// <summary>How far from the door that was, in metres.</summary>
        public double Away { get; set; }

        public bool IsOnTheWay => OnTheWay.Contains(Status);

        public bool IsOpen => Status is not (OrderStatus.Delivered or OrderStatus.Cancelled);
    }

    private sealed class Story(TestServer server, Ride ride, StopsService? service, Random random)
    {
        private readonly List<Order> _orders = [];
        private readonly List<Viewer> _viewers = [];
        private readonly Dictionary<Viewer, string> _tokens = [];
        private readonly HttpClient _admin = server.Http(TestServer.Token("boss", "admin"));
        private Policy _policy;
        private string[] _drivers = [];

        public async Task BeginAsync(int orders, int drivers)
        {
            _drivers = [.. Enumerable.Range(1, drivers).Select(number => $"d-{number}")];
            for (var number = 1; number <= orders; number++)
            {
                var order = new Order { Id = $"o-{number}", Driver = _drivers[random.Next(drivers)] };
                _orders.Add(order);
                service?.Assign(order.Id, order.Driver, stops: random.Next(2));
                await ride.StartAsync(order.Id, $"c-{number}", order.Driver, OrderStatus.CourierAssigned);
                using var customer = server.Http(TestServer.Token($"c-{number}"));
                using var shared = await customer.PostAsJsonAsync($"/api/v1/{TestServer.Tenant}/orders/{order.Id}/share", new { });
                var link = (await shared.Content.ReadFromJsonAsync<ShareCreated>())!.Token;
                await AddAsync(order.Id, Audience.Customer, TestServer.Token($"c-{number}"));
                await AddAsync(order.Id, Audience.Guest, link);
                await AddAsync(order.Id, Audience.Staff, TestServer.Token("olga", "operator"));
            }

            await AskedAsync();
        }

        public async Task StepAsync(string where)
        {
            var order = _orders[random.Next(_orders.Count)];
            switch (random.Next(10))
            {
                case 3 or 4 when service is not null && order.IsOpen:
                case 8 when order.IsOpen:
                    await HandOverAsync(order, where);
                    break;
                case < 5:
                    await FixAsync(_drivers[random.Next(_drivers.Length)], where);
                    break;
                case < 8 when order.IsOpen:
                    await MoveAsync(order);
                    await CheckBeforeTheNextFixAsync(order, where);
                    break;
                case 9:
                    await ChooseAsync((Policy)random.Next(service is null ? 5 : 4));
                    break;
            }

            await CheckSnapshotAsync(_viewers[random.Next(_viewers.Count)], where);
        }

        public async Task EndAsync()
        {
            _admin.Dispose();
            foreach (var viewer in _viewers)
            {
                await viewer.DisposeAsync();
            }
        }

        private async Task AddAsync(string order, Audience audience, string token)
        {
            var viewer = await Viewer.OpenAsync(server, order, audience, token);
            _viewers.Add(viewer);
            _tokens[viewer] = token;
        }

        private async Task MoveAsync(Order order)
        {
            order.Status = order.Status switch
            {
                OrderStatus.CourierAssigned => OrderStatus.PickedUp,
                OrderStatus.PickedUp => random.Next(3) == 0 ? OrderStatus.AttemptFailed : OrderStatus.OutForDelivery,
                OrderStatus.AttemptFailed => OrderStatus.OutForDelivery,
                _ => random.Next(4) == 0 ? OrderStatus.AttemptFailed : OrderStatus.Delivered,
            };
            order.Seen &= order.IsOnTheWay;
            await ride.BecomesAsync(order.Id, order.Status);
            if (!order.IsOpen && service is not null)
            {
                service.Withdraw(order.Id);
                await AskedAsync();
            }
        }

        /// <summary>
        /// Another driver takes the order, also on the way. Where there is a service, it says nothing at first, so that nobody knows where else this driver has to go.
        /// A fix from before comes late: where the driver was then is about the driver's other orders.
        /// </summary>
        private async Task HandOverAsync(Order order, string where)
        {
            var (before, moment) = (order.Driver, ride.Moment());
            order.Driver = _drivers[random.Next(_drivers.Length)];
            order.Seen &= before == order.Driver;
            service?.Fail();
            await ride.TellAsync(order.Id, EventTypes.OrderDriverAssigned, new { driver = new { id = order.Driver, name = "Bo Smith", vehicle = "van" } });
            if (before != order.Driver)
            {
                order.Since = moment.AddTicks(1);
                await FixAsync(order.Driver, where + " (from before the hand-over)", moment);
                await CheckBeforeTheNextFixAsync(order, where);
            }

            if (service is null || before == order.Driver)
            {
                service?.Answer();
                return;
            }

            service.Forget(order.Id);
            if (!order.IsOnTheWay)
            {
                await MoveAsync(order);
            }

            await FixAsync(order.Driver, where + " (nobody asked yet)");
            service.Assign(order.Id, order.Driver, stops: random.Next(2));
            service.Answer();
            await AskedAsync();
        }

        /// <summary>The server has heard what the service says of all orders that are under way.</summary>
        private async Task AskedAsync()
        {
            foreach (var order in _orders.Where(order => service is not null && order.IsOpen))
            {
                await service!.AskedAsync(server, order.Id, order.Driver);
            }
        }

        /// <summary>Where the driver was before having the order, or while the attempt had failed, is known by now and nobody's business.</summary>
        private async Task CheckBeforeTheNextFixAsync(Order order, string where)
        {
            if (order is { IsOnTheWay: true, Seen: false })
            {
                foreach (var viewer in _viewers.Where(viewer => viewer.Order == order.Id))
                {
                    await CheckSnapshotAsync(viewer, where + " (before the next fix)");
                }
            }
        }

        private async Task ChooseAsync(Policy policy)
        {
            _policy = policy;
            object never = new { when = "never" };
            object visibility = policy switch
            {
                Policy.GuestsNoPlace => new { guest = new { location = never } },
                Policy.CustomersNoPlace => new { customer = new { location = never } },
                Policy.Near => new { customer = new { location = new { when = "active", withinStops = 0, withinMeters = Limit } } },
                Policy.NobodyNames => new { customer = new { name = never, vehicle = never, photo = never } },
                _ => new { },
            };
            using var response = await _admin.PutAsJsonAsync($"/api/v1/{TestServer.Tenant}/admin/settings", new { tracking = new { visibility } });
            response.EnsureSuccessStatusCode();
        }

        private async Task FixAsync(string driver, string where, DateTimeOffset? time = null)
        {
            var at = time ?? ride.Moment();
            foreach (var viewer in _viewers)
            {
                // What came before this fix is checked as what it is: not a place.
                Check(viewer, await viewer.TakeAsync(), places: 0, where + " (before a fix)");
            }

            // Far from every door, and nobody leaps: arrivals and the filter are not what this is about.
            var away = 2_500 + random.Next(8);
            await ride.FixAsync(driver, Geodesy.Destination(Ride.Door, 180, away), time: at);
            await LookedAtAsync();
            var expected = _viewers.ToDictionary(viewer => viewer, viewer => Sees(viewer, driver, at, away) ? 1 : 0);
            foreach (var order in _orders.Where(order => order.Driver == driver && order.IsOnTheWay && order.Since <= at))
            {
                (order.Seen, order.Away) = (true, away);
            }

            foreach (var viewer in _viewers)
            {
                Check(viewer, await viewer.TakeAsync(), expected[viewer], $"{where}: {driver} seen by {viewer.Audience} of {viewer.Order}, {_policy}, {Describe()}");
            }
        }

        /// <summary>Whether a new place of this driver, as of a time, is shown to the viewer.</summary>
        private bool Sees(Viewer viewer, string driver, DateTimeOffset at, double away)
        {
            var order = _orders.First(order => order.Id == viewer.Order);
            return order.Driver == driver && order.IsOpen && (viewer.Audience is Audience.Staff || (order.Since <= at && MaySeePlace(viewer.Audience, order, away)));
        }

        private bool MaySeePlace(Audience audience, Order order, double away) =>
            order.IsOnTheWay
            && IsNext(order)
            && _policy is not Policy.CustomersNoPlace
            && (_policy is not Policy.Near || away < Limit)
            && (audience is Audience.Customer || _policy is not Policy.GuestsNoPlace);

        private bool IsNext(Order order) => service is null
            ? !_orders.Exists(other => other != order && other.Driver == order.Driver && other.IsOnTheWay)
            : service.StopsBefore(order.Id) == 0;

        private static void Check(Viewer viewer, IReadOnlyList<ServerFrame> frames, int places, string where)
        {
            frames.Count(frame => frame.Type == FrameTypes.DriverLocationUpdated).ShouldBe(places, where);
            foreach (var frame in frames.Where(_ => viewer.Audience is Audience.Guest))
            {
                var allowed = frame.Type == FrameTypes.DriverLocationUpdated ? GuestFields : GuestEntryFields;
                frame.Data.EnumerateObject().Select(property => property.Name).ShouldBeSubsetOf(allowed, where);
                (frame.Id, frame.Stream).ShouldBe((null, "order"), where);
            }
        }

        private async Task CheckSnapshotAsync(Viewer viewer, string where)
        {
            await LookedAtAsync();
            var order = _orders.First(order => order.Id == viewer.Order);
            var because = $"{where}: snapshot of {order.Id} ({order.Status}) for {viewer.Audience}, {_policy}, {Describe()}";
            using var http = server.Http(_tokens[viewer]);
            var path = viewer.Audience is Audience.Guest ? "/api/v1/guest/tracking" : $"/api/v1/{TestServer.Tenant}/orders/{order.Id}/tracking";
            var answer = await http.GetFromJsonAsync<JsonElement>(path);
            if (viewer.Audience is Audience.Staff)
            {
                return;
            }

            answer.TryGetProperty("location", out _).ShouldBe(order.Seen && MaySeePlace(viewer.Audience, order, order.Away), because);
            var named = (order.IsOnTheWay || order.Status is OrderStatus.CourierAssigned) && _policy is not Policy.NobodyNames;
            answer.TryGetProperty("driver", out var driver).ShouldBe(named, because);
            if (named)
            {
                driver.TryGetProperty("phone", out _).ShouldBeFalse(because);
                (viewer.Audience is Audience.Guest && driver.GetRawText().Contains("Smith", StringComparison.Ordinal)).ShouldBeFalse(because);
                (viewer.Audience is Audience.Guest && driver.GetRawText().Contains("Lopez", StringComparison.Ordinal)).ShouldBeFalse(because);
            }

            (answer.TryGetProperty("eta", out _) && !order.IsOpen).ShouldBeFalse(because);
        }

        private async Task LookedAtAsync()
        {
            var inbox = server.Get<Server.Tracking.FixInbox>();
            var witness = $"witness-{Guid.NewGuid():N}";
            using var deadline = new CancellationTokenSource(Deadline.Default);
            using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
            while (inbox.Waiting > 0)
            {
                await again.WaitForNextTickAsync(deadline.Token);
            }

            await ride.FixAsync(witness, Ride.Pickup);
            while (await server.Get<ITrackingStore>().FindDriverAsync(TestServer.Tenant, witness, deadline.Token) is null)
            {
                await again.WaitForNextTickAsync(deadline.Token);
            }
        }

        private string Describe() => string.Join(", ", _orders.Select(order => $"{order.Id}:{order.Driver}:{order.Status.Wire()}:{service?.StopsBefore(order.Id)}"));
    }
}
