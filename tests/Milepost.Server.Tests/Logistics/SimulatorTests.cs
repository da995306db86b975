using Milepost.Core.Tracking;
using Milepost.LogisticsSimulator;
using Milepost.LogisticsSimulator.Faults;
using Milepost.Server.Logistics;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>The client and the stream against the simulated logistics service, with each fault that it has: what comes through, and what does not.</summary>
public sealed class SimulatorTests : IAsyncLifetime
{
    private Simulator _simulator = null!;
    private ClientUnderTest _client = null!;

    private string Url => _simulator.BaseUrl.ToString();

    public async ValueTask InitializeAsync()
    {
        _simulator = await Simulator.StartAsync(
            new SimulatorOptions { Tenants = ["acme", "globex"], Drivers = 3, FixInterval = TimeSpan.FromMilliseconds(100), HeartbeatInterval = TimeSpan.FromMilliseconds(200) }, CancellationToken.None);
        _simulator.World.Assign("acme", "o-1", "d-1", _simulator.World.City.Door(1), _simulator.World.City.Door(2));
        _simulator.World.Depart("acme", "o-1");
        _client = new ClientUnderTest(Url, configure: Configure);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _simulator.DisposeAsync();
    }

    [Fact]
    public async Task Everything_that_the_service_knows_of_an_order_is_read()
    {
        var card = (await _client.Client.DriverAsync("acme", "d-1", CancellationToken.None)).Known.ShouldNotBeNull();
        card.Name.ShouldBe(_simulator.World.ProfileOf("acme", "d-1").Name);
        card.PhotoUrl.ShouldNotBeNull().ShouldStartWith("http://");
        (await _client.Client.DriverAsync("acme", "nobody", CancellationToken.None)).ShouldBeOfType<LogisticsRead<DriverCard>.None>();
        var route = (await _client.Client.RouteAsync("acme", "o-1", CancellationToken.None)).Known.ShouldNotBeNull();
        Read(route).ShouldBeOfType<RouteReading.Read>().Precision.ShouldBe(5);
        var eta = (await _client.Client.EtaAsync("acme", "o-1", CancellationToken.None)).Known.ShouldNotBeNull();
        (eta.DriverId, eta.StopsBefore).ShouldBe(("d-1", 0));
    }

    [Theory]
    [InlineData(FaultKind.MalformedAnswer)]
    [InlineData(FaultKind.OversizedAnswer)]
    [InlineData(FaultKind.WrongIdentity)]
    [InlineData(FaultKind.InternalError)]
    [InlineData(FaultKind.TooMany)]
    [InlineData(FaultKind.Unavailable)]
    [InlineData(FaultKind.Refused)]
    [InlineData(FaultKind.Slow)]
    public async Task An_answer_that_cannot_be_used_leaves_what_was_known(FaultKind fault)
    {
        using var it = new ClientUnderTest(Url, configure: options =>
        {
            Configure(options);
            options.RequestSeconds = 1;
        });
        var before = (await it.Client.DriverAsync("acme", "d-1", CancellationToken.None)).Known.ShouldNotBeNull();

        // Another version, so that nobody can answer that nothing has changed.
        _simulator.World.Change("acme", _simulator.World.ProfileOf("acme", "d-1") with { Name = "Somebody Else" });
        _simulator.World.Faults.Add(fault);
        (await it.Client.DriverAsync("acme", "d-1", CancellationToken.None).Soon()).ShouldBe(new LogisticsRead<DriverCard>.Unknown(before));
        (await it.Client.EtaAsync("acme", "o-1", CancellationToken.None).Soon()).ShouldBe(new LogisticsRead<LogisticsEta>.Unknown(null));
    }

    [Fact]
    public async Task An_answer_with_any_member_of_a_wrong_type_is_refused()
    {
        _simulator.World.Faults.Add(FaultKind.WrongTypeAnswer);
        for (var member = 0; member < 12; member++)
        {
            // One member after the other; that of the vehicle becomes "true".
            (await _client.Client.DriverAsync("acme", "d-1", CancellationToken.None)).ShouldBe(new LogisticsRead<DriverCard>.Unknown(null));
        }
    }

    [Theory]
    [InlineData(FaultKind.NoMember)]
    [InlineData(FaultKind.NoRoute)]
    [InlineData(FaultKind.NoEta)]
    public async Task What_the_service_does_not_have_is_none(FaultKind fault)
    {
        await _client.Client.DriverAsync("acme", "d-1", CancellationToken.None);
        await _client.Client.RouteAsync("acme", "o-1", CancellationToken.None);
        await _client.Client.EtaAsync("acme", "o-1", CancellationToken.None);
        _simulator.World.Faults.Add(fault);
        var known = (await _client.Client.DriverAsync("acme", "d-1", CancellationToken.None) is LogisticsRead<DriverCard>.Found,
            await _client.Client.RouteAsync("acme", "o-1", CancellationToken.None) is LogisticsRead<LogisticsRoute>.Found,
            await _client.Client.EtaAsync("acme", "o-1", CancellationToken.None) is LogisticsRead<LogisticsEta>.Found);
        known.ShouldBe((fault != FaultKind.NoMember, fault != FaultKind.NoRoute, fault != FaultKind.NoEta));
    }

    [Fact]
    public async Task A_route_of_a_precision_that_is_not_said_is_read_right_and_one_that_is_cut_off_is_not_used()
    {
        _simulator.World.Faults.Add(FaultKind.SilentPrecision);
        Read((await _client.Client.RouteAsync("acme", "o-1", CancellationToken.None)).Known!).ShouldBeOfType<RouteReading.Read>().Precision.ShouldBe(6);
        _simulator.World.Faults.Replace([new Fault(FaultKind.TruncatedPolyline)]);
        _simulator.World.Assign("acme", "o-2", "d-2", _simulator.World.City.Door(3), _simulator.World.City.Door(4));
        _simulator.World.Depart("acme", "o-2");
        var route = (await _client.Client.RouteAsync("acme", "o-2", CancellationToken.None)).Known!;
        Read(route, 3, 4).ShouldBeOfType<RouteReading.Refused>();
    }

    /// <summary>What is wrong with the places themselves comes through the stream as it is; the filter behind it lets nothing of it pass.</summary>
    [Theory]
    [InlineData(FaultKind.Duplicates)]
    [InlineData(FaultKind.Reordering)]
    [InlineData(FaultKind.FutureTime)]
    [InlineData(FaultKind.OldTime)]
    [InlineData(FaultKind.ZeroPlace)]
    [InlineData(FaultKind.Teleport)]
    [InlineData(FaultKind.Jitter)]
    [InlineData(FaultKind.KilometersPerHour)]
    [InlineData(FaultKind.SwappedAxes)]
    [InlineData(FaultKind.ForeignDriver)]
    public async Task Places_that_cannot_be_reach_the_filter_and_no_further(FaultKind fault)
    {
        await using var it = Stream();
        await it.NextAsync(10, fix => fix.DriverId == "d-1");
        var track = Filter(null, it.All).Track;

        // A device that always exchanges them is somewhere else, as far as anybody can tell: here it does so now and then.
        _simulator.World.Faults.Add(new Fault(fault, "acme", Every: fault == FaultKind.SwappedAxes ? 3 : null));
        var seen = await it.NextAsync(30, fix => fix.DriverId == "d-1");
        var accepted = new List<LocationFix>();
        foreach (var fix in seen)
        {
            var filtered = Filter(track, [fix]);
            track = filtered.Track;
            accepted.AddRange(filtered.Accepted);
        }

        accepted.Zip(accepted.Skip(1)).ShouldAllBe(pair => pair.First.Time < pair.Second.Time);
        accepted.ShouldAllBe(fix => fix.Time <= fix.ReceivedAt);
        var city = _simulator.World.City.Door(1);
        accepted.ShouldAllBe(fix => Geodesy.Distance(fix.At, new GeoPoint(city.Lat, city.Lon)) < 10_000);
        it.Logs.All.ShouldNotContain(" ended (");
    }

    /// <summary>Messages that cannot be read cost themselves and nothing else.</summary>
    [Theory]
    [InlineData(FaultKind.MalformedMessage)]
    [InlineData(FaultKind.OversizedMessage)]
    [InlineData(FaultKind.WrongTypeMessage)]
    public async Task Messages_that_cannot_be_read_are_passed_over(FaultKind fault)
    {
        await using var it = Stream();
        await it.NextFixAsync();
        _simulator.World.Faults.Add(fault);
        await it.NextAsync(30);
        it.Logs.All.ShouldNotContain(" ended (");
        (await it.NextSignalAsync()).ShouldBe("acme missed");
    }

    [Fact]
    public async Task Connections_that_break_off_lose_nothing()
    {
        await using var it = Stream();
        await it.NextFixAsync();
        _simulator.World.Faults.Add(new Fault(FaultKind.SuddenClose, Every: 8));
        var numbers = (await it.NextAsync(60)).Select(fix => fix.Sequence!.Value).ToList();
        numbers.ShouldBeInOrder();
        numbers.Distinct().Count().ShouldBe(60);
        it.Logs.All.ShouldContain(" ended (");

        // Between two locations there is at most news of the order.
        numbers.Zip(numbers.Skip(1), (one, next) => next - one).Max().ShouldBeLessThanOrEqualTo(3);
    }

    [Theory]
    [InlineData(FaultKind.HalfOpen)]
    [InlineData(FaultKind.StreamSilence)]
    public async Task A_connection_that_says_nothing_is_replaced(FaultKind fault)
    {
        await using var it = Stream(options => options.StreamIdleSeconds = 1);
        await it.NextFixAsync();
        _simulator.World.Faults.Add(fault, "acme");
        await it.Logs.UntilAsync(" ended (idle)");

        if (fault == FaultKind.StreamSilence)
        {
            _simulator.World.Faults.Clear();
        }

        var since = TimeProvider.System.GetUtcNow();
        await it.NextAsync(5, fix => fix.Time > since);
    }

    [Fact]
    public async Task Numbers_that_are_left_out_are_noticed()
    {
        await using var it = Stream();
        await it.NextFixAsync();
        _simulator.World.Faults.Add(FaultKind.SequenceGap);
        while (await it.NextSignalAsync() != "acme missed")
        {
            // News of the order.
        }

        await it.NextAsync(10);
    }

    [Fact]
    public async Task Where_resuming_is_refused_everything_is_read_again_and_it_goes_on()
    {
        await using var it = Stream();
        await it.NextFixAsync();
        _simulator.World.Faults.Replace([new Fault(FaultKind.ResumeRefused), new Fault(FaultKind.SuddenClose, Every: 3)]);
        while (await it.NextSignalAsync() != "acme missed")
        {
            // News of the order.
        }

        _simulator.World.Faults.Clear();
        await it.NextAsync(10);
    }

    [Theory]
    [InlineData(FaultKind.Refused)]
    [InlineData(FaultKind.InternalError)]
    [InlineData(FaultKind.TooMany)]
    [InlineData(FaultKind.Unavailable)]
    public async Task A_service_that_does_not_let_us_in_is_asked_again(FaultKind fault)
    {
        _simulator.World.Faults.Add(fault);
        await using var it = Stream();
        await it.Logs.UntilAsync(" ended (");

        it.Board.Away.ShouldBe(1);
        _simulator.World.Faults.Clear();
        await it.NextFixAsync();
        it.Board.Away.ShouldBe(0);
    }

    [Fact]
    public async Task The_silence_of_one_driver_is_not_the_others()
    {
        await using var it = Stream();
        await it.NextFixAsync();
        _simulator.World.Faults.Add(FaultKind.Silence, "acme", "d-1");
        var since = TimeProvider.System.GetUtcNow();
        await it.NextAsync(1, fix => fix.Time > since);
        (await it.NextAsync(20)).ShouldAllBe(fix => fix.DriverId != "d-1");
    }

    [Fact]
    public async Task The_token_of_another_tenant_opens_nothing()
    {
        await using var it = Stream(options => options.TenantTokens = ["acme=" + Simulator.TokenOf("globex")]);
        await it.Logs.UntilAsync(" ended (refused)");

        it.All.ShouldBeEmpty();
    }

    private static void Configure(LogisticsOptions options) =>
        (options.Token, options.TenantTokens) = ("", [.. new[] { "acme", "globex" }.Select(tenant => $"{tenant}={Simulator.TokenOf(tenant)}")]);

    private static FilteredFixes Filter(DriverTrack? track, IEnumerable<LocationFix> fixes) =>
        FixFilter.Accept(track, [.. fixes.Where(fix => fix.DriverId == "d-1")], TrackingOptions.Default, TimeProvider.System.GetUtcNow());

    private StreamUnderTest Stream(Action<LogisticsOptions>? configure = null) => new(Url, configure: options =>
    {
        Configure(options);
        configure?.Invoke(options);
    });

    private RouteReading Read(LogisticsRoute route, int from = 1, int to = 2)
    {
        var (pickup, door) = (_simulator.World.City.Door(from), _simulator.World.City.Door(to));
        return RouteReader.Read(route.Polyline, route.Precision, new GeoPoint(pickup.Lat, pickup.Lon), new GeoPoint(door.Lat, door.Lon));
    }
}
