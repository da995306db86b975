using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Sharing;
using Milepost.Protocol.Streams;
using Milepost.Protocol.Tracking;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;
using Milepost.Testing;

namespace Milepost.Server.Tests.Tracking;

/// <summary>From a fix that is posted to what each viewer is shown, over the whole server.</summary>
public sealed class TrackerTests : IAsyncLifetime
{
    private const string Driver = "d-1";
    private TestServer _server = null!;
    private Ride _ride = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(tracking: new TrackingOptions { PublishMilliseconds = 100 });
        _ride = new Ride(_server);
    }

    public ValueTask DisposeAsync()
    {
        _ride.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task The_customer_sees_the_driver_from_pick_up_to_delivery_and_staff_all_the_way()
    {
        await _ride.StartAsync("o-1", "anna", Driver, OrderStatus.CourierAssigned);
        await using var customer = await FollowAsync("anna", "o-1");
        await using var staff = await FollowAsync("olga", "o-1", "operator");

        await _ride.DrivesAsync(Driver, 10);
        await staff.UntilAsync(FrameTypes.DriverLocationUpdated);
        await _ride.BecomesAsync("o-1", OrderStatus.PickedUp);
        (await customer.NextAsync(FrameTypes.OrderStatusChanged)).Offset.ShouldNotBeNull();

        await _ride.DrivesAsync(Driver, 200);
        var frame = await customer.UntilAsync(FrameTypes.DriverLocationUpdated);
        (frame.Stream, frame.Offset, frame.Cursor).ShouldBe(("order:o-1", null, null));
        var shown = frame.Data.Deserialize(ProtocolJson.Default.DriverLocationUpdated)!;
        shown.OrderId.ShouldBe("o-1");
        Geodesy.Distance(new GeoPoint(shown.Location.Lat, shown.Location.Lon), Ride.Pickup).ShouldBe(200, 1);
        shown.MetersToGo!.Value.ShouldBe(1_800, 20);

        await _ride.BecomesAsync("o-1", OrderStatus.Delivered);
        await _ride.DrivesAsync(Driver, 400);
        await SettledAsync();
        await _ride.TellAsync("o-1", EventTypes.OrderNoteAdded, new { note = "the end" });
        (await FramesUntilNoteAsync(customer)).ShouldNotContain(FrameTypes.DriverLocationUpdated);
        (await TrackAsync("anna", "o-1")).Location.ShouldBeNull();
    }

    [Fact]
    public async Task The_snapshot_has_the_last_place_and_only_for_those_who_may_see_it()
    {
        await _ride.StartAsync("o-1", "anna", Driver, OrderStatus.CourierAssigned);
        await _ride.DrivesAsync(Driver, 10);
        await SettledAsync();
        (await TrackAsync("anna", "o-1")).Location.ShouldBeNull();
        (await TrackAsync("olga", "o-1", "operator")).Location.ShouldNotBeNull();

        await _ride.BecomesAsync("o-1", OrderStatus.PickedUp);
        (await TrackAsync("anna", "o-1")).Location.ShouldBeNull("where the driver was before having the order is nobody's business");

        await _ride.DrivesAsync(Driver, 100);
        await SettledAsync();
        var seen = (await TrackAsync("anna", "o-1")).Location.ShouldNotBeNull();
        Geodesy.Distance(new GeoPoint(seen.Lat, seen.Lon), Ride.Pickup).ShouldBe(100, 1);
    }

    [Fact]
    public async Task Event_streams_and_polls_are_sent_places_too()
    {
        await _ride.StartAsync("o-1", "anna", Driver);
        using var http = _server.Http(TestServer.Token("anna"));
        await using var events = await EventSource.OpenAsync(http, "/api/v1/sse?streams=order:o-1", null);
        (await events.NextAsync()).Frame.Type.ShouldBe("ready");
        var cursor = (await http.GetFromJsonAsync<JsonElement>("/api/v1/poll?streams=order:o-1")).GetProperty("cursor").GetString();
        var poll = http.GetFromJsonAsync<JsonElement>($"/api/v1/poll?streams=order:o-1&since={cursor}");
        await ListenedToAsync(2);

        await _ride.DrivesAsync(Driver, 200);
        var (id, frame) = await events.NextAsync();
        while (frame.Type != FrameTypes.DriverLocationUpdated)
        {
            // The driver's first fix gives the first ETA too.
            (id, frame) = await events.NextAsync();
        }

        id.ShouldBeNull();
        for (var answer = await poll.Soon(); !Places(answer); answer = await http.GetFromJsonAsync<JsonElement>($"/api/v1/poll?streams=order:o-1&since={cursor}").Soon())
        {
            cursor = answer.GetProperty("cursor").GetString();
            await _ride.DrivesAsync(Driver, 250);
        }

    }

    [Fact]
    public async Task Of_two_orders_with_one_driver_neither_customer_is_shown_the_way_to_the_other()
    {
        await _ride.StartAsync("o-1", "anna", Driver);
        await _ride.StartAsync("o-2", "ben", Driver);
        await using var anna = await FollowAsync("anna", "o-1");
        await using var ben = await FollowAsync("ben", "o-2");
        await _ride.DrivesAsync(Driver, 100);
        await SettledAsync();
        (await TrackAsync("anna", "o-1")).Location.ShouldBeNull();

        await _ride.BecomesAsync("o-1", OrderStatus.Delivered);
        await anna.UntilAsync(FrameTypes.OrderStatusChanged);
        await _ride.DrivesAsync(Driver, 300);
        await ben.UntilAsync(FrameTypes.DriverLocationUpdated);
        await _ride.TellAsync("o-1", EventTypes.OrderNoteAdded, new { note = "the end" });
        (await FramesUntilNoteAsync(anna)).ShouldNotContain(FrameTypes.DriverLocationUpdated);
    }

    [Fact]
    public async Task A_guest_is_shown_a_place_and_nothing_else()
    {
        await _ride.StartAsync("o-1", "anna", Driver);
        using var http = _server.Http(TestServer.Token("anna"));
        using var made = await http.PostAsJsonAsync($"/api/v1/{TestServer.Tenant}/orders/o-1/share", new { });
        var token = (await made.Content.ReadFromJsonAsync<ShareCreated>())!.Token;
        await using var guest = await LiveSocket.OpenAsync(_server, "/ws?streams=order", token);
        await guest.NextAsync("ready");

        await _ride.DrivesAsync(Driver, 200);
        var frame = await guest.UntilAsync(FrameTypes.DriverLocationUpdated);
        frame.Stream.ShouldBe("order");
        frame.Data.EnumerateObject().Select(property => property.Name).ShouldBeSubsetOf(["lat", "lon", "time", "heading"]);

        await _ride.TellAsync("o-1", EventTypes.OrderNoteAdded, new { note = "a secret" });
        var entry = await guest.UntilAsync(FrameTypes.OrderUpdated);
        entry.Id.ShouldBeNull();
        entry.Data.EnumerateObject().Select(property => property.Name).ShouldBeSubsetOf(["status", "active", "time", "eta", "delayed", "locationStale"]);
    }

    [Fact]
    public async Task A_driver_who_comes_near_is_told_of_once_and_arrives_once()
    {
        await _ride.StartAsync("o-1", "anna", Driver, OrderStatus.OutForDelivery);
        for (var meters = 1_000; meters <= 2_000; meters += 20)
        {
            await _ride.FixAsync(Driver, Geodesy.Destination(Ride.Pickup, 0, meters), time: TimeProvider.System.GetUtcNow());
            await SettledAsync();
        }

        await UntilAsync(async () => (await TrackAsync("anna", "o-1")).Status == OrderStatus.Arriving);
        var timeline = (await TrackAsync("olga", "o-1", "operator")).Timeline;
        timeline.Count(entry => entry.Type == EventTypes.OrderNearby).ShouldBe(1);
        timeline.Count(entry => entry.Status == OrderStatus.Arriving).ShouldBe(1);
        var inbox = await _server.Client("anna").Notifications.ListAsync();
        inbox.Items.Count(notification => notification.Type == "order.nearby").ShouldBe(1);

        // It was not delivered after all.
        await _ride.BecomesAsync("o-1", OrderStatus.Delivered);
        await _ride.TellAsync("o-1", EventTypes.OrderStatusChanged, new { status = "out_for_delivery", correction = true });
        for (var fix = 0; (await TrackAsync("anna", "o-1")).Status != OrderStatus.Arriving; fix++)
        {
            fix.ShouldBeLessThan(200);
            await _ride.FixAsync(Driver, Geodesy.Destination(Ride.Pickup, 0, 1_990 + (fix % 2)), time: TimeProvider.System.GetUtcNow());
            await SettledAsync();
        }
    }

    [Theory]
    [InlineData("{}", "missing_field")]
    [InlineData("[]", "missing_field")]
    [InlineData("7", "invalid_field")]
    [InlineData("{\"time\":1700000000,\"lat\":1,\"lon\":1}", "invalid_time")]
    [InlineData("{\"time\":\"2026-11-22T10:00:00Z\",\"lat\":91,\"lon\":1}", "invalid_field")]
    [InlineData("{\"time\":\"2026-11-22T10:00:00Z\",\"lat\":\"1\",\"lon\":1}", "invalid_field")]
    [InlineData("{\"time\":\"1999-11-22T10:00:00Z\",\"lat\":1,\"lon\":1}", "invalid_time")]
    [InlineData("{\"time\":\"2026-11-22T10:00:00Z\",\"lat\":1,\"lon\":1,\"speed\":1e300}", "invalid_field")]
    [InlineData("{\"time\":", "malformed_json")]
    public async Task What_is_no_fix_is_refused_by_name(string body, string code)
    {
        using var http = _server.Http(TestServer.Token("shop", "events:write"));
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await http.PostAsync($"/api/v1/{TestServer.Tenant}/drivers/d-1/locations", content);
        ((int)response.StatusCode).ShouldBe(400);
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().ShouldBe(code);
    }

    [Fact]
    public async Task A_batch_keeps_its_good_fixes_and_names_the_bad_ones()
    {
        using var http = _server.Http(TestServer.Token("shop", "events:write"));
        using var response = await http.PostAsJsonAsync($"/api/v1/{TestServer.Tenant}/drivers/d-1/locations", new object[]
        {
            new { time = TimeProvider.System.GetUtcNow(), lat = 1, lon = 1 }, new { time = TimeProvider.System.GetUtcNow(), lat = 100, lon = 1 },
        });
        var reply = (await response.Content.ReadFromJsonAsync<LocationReply>())!;
        (reply.Accepted, reply.Rejected.Single().Index, reply.Rejected.Single().Field).ShouldBe((1, 1, "lat"));
    }

    [Fact]
    public async Task A_drivers_own_token_speaks_for_that_driver_only()
    {
        using var http = _server.Http(TestServer.Token("d-1", "locations:write"));
        var fix = new { time = TimeProvider.System.GetUtcNow(), lat = 1, lon = 1 };
        (await http.PostAsJsonAsync($"/api/v1/{TestServer.Tenant}/drivers/d-1/locations", fix)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted);
        (await http.PostAsJsonAsync($"/api/v1/{TestServer.Tenant}/drivers/d-2/locations", fix)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);
        (await http.PostAsJsonAsync("/api/v1/evil/drivers/d-1/locations", fix)).StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);
        (await http.GetAsync($"/api/v1/{TestServer.Tenant}/orders")).StatusCode.ShouldBe(System.Net.HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task What_Traccar_forwards_moves_the_driver_in_metres_per_second()
    {
        await _ride.StartAsync("o-1", "anna", Driver);
        await using var staff = await FollowAsync("olga", "o-1", "operator");
        using var http = _server.Http(TestServer.Token("traccar", "events:write"));
        async Task ForwardAsync(bool valid, double speed)
        {
            using var response = await http.PostAsJsonAsync($"/api/v1/{TestServer.Tenant}/traccar/positions", new
            {
                position = new { id = 7, deviceId = 3, fixTime = TimeProvider.System.GetUtcNow(), serverTime = TimeProvider.System.GetUtcNow(), valid, latitude = Ride.Door.Lat, longitude = Ride.Door.Lon, speed, course = 180, accuracy = 0 },
                device = new { id = 3, uniqueId = Driver, name = "van" },
            });
            response.StatusCode.ShouldBe(System.Net.HttpStatusCode.Accepted);
        }

        await ForwardAsync(valid: false, speed: 99);
        await ForwardAsync(valid: true, speed: 10);
        var location = (await staff.UntilAsync(FrameTypes.DriverLocationUpdated)).Data.Deserialize(ProtocolJson.Default.DriverLocationUpdated)!.Location;
        location.SpeedMetersPerSecond!.Value.ShouldBe(5.144, 0.001);
        (location.HeadingDegrees, location.AccuracyMeters).ShouldBe((180, null));
    }

    private static bool Places(JsonElement answer) =>
        answer.GetProperty("frames").EnumerateArray().Any(frame => frame.GetProperty("type").GetString() == FrameTypes.DriverLocationUpdated);

    private async Task<LiveSocket> FollowAsync(string subject, string order, params string[] scopes)
    {
        var socket = await LiveSocket.OpenAsync(_server, $"/ws/orders/{order}/tracking", TestServer.Token(subject, scopes));
        await socket.NextAsync("ready");
        return socket;
    }

    private async Task<OrderTracking> TrackAsync(string subject, string order, params string[] scopes)
    {
        using var http = _server.Http(TestServer.Token(subject, scopes));
        return (await http.GetFromJsonAsync($"/api/v1/{TestServer.Tenant}/orders/{order}/tracking", ProtocolJson.Default.OrderTracking))!;
    }

    /// <summary>Everything that was posted has been looked at: the state that is stored is that of a fix posted behind it, of a driver of its own.</summary>
    private async Task SettledAsync()
    {
        var store = _server.Get<ITrackingStore>();
        var witness = $"witness-{Guid.NewGuid():N}";
        await UntilAsync(() => Task.FromResult(_server.Get<Server.Tracking.FixInbox>().Waiting == 0));
        await _ride.FixAsync(witness, Ride.Pickup, time: TimeProvider.System.GetUtcNow());
        await UntilAsync(async () => await store.FindDriverAsync(TestServer.Tenant, witness, CancellationToken.None) is not null);
    }

    private async Task ListenedToAsync(int count) => await UntilAsync(() => Task.FromResult(_server.Get<Realtime.Sessions.SessionRegistry>().Count >= count));

    private static async Task<List<string>> FramesUntilNoteAsync(LiveSocket socket)
    {
        var types = new List<string>();
        while (types.LastOrDefault() != FrameTypes.OrderUpdated)
        {
            types.Add((await socket.NextAsync())!.Type);
        }

        return types;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await condition())
        {
            await again.WaitForNextTickAsync(deadline.Token);
        }
    }
}
