using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Tracking;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Plans;
using Milepost.Server.Logistics.Routing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>What is known of orders under way, with a real logistics service of the test behind it.</summary>
public sealed class OrderPlansTests : IAsyncLifetime
{
    private static readonly GeoPoint Shop = new(52.51, 13.38);
    private static readonly GeoPoint Door = new(52.53, 13.4);
    private static readonly PlanWish Wish = new("acme", "o-1", "d-7", Shop, Door, new GeoPoint(52.52, 13.39));

    private readonly FakeClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly ScriptedEngine _engine = new();
    private readonly ConcurrentQueue<DriverKey> _learnt = [];
    private ScriptedService _service = null!;
    private ClientUnderTest _client = null!;

    /// <summary>What the service has; null: 404. By path behind the tenant.</summary>
    private readonly ConcurrentDictionary<string, string> _documents = new(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        _service = await ScriptedService.StartAsync(context =>
        {
            if (_documents.TryGetValue(context.Request.Path.Value!, out var body))
            {
                return ScriptedService.JsonAsync(context, body);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
        _client = new ClientUnderTest(_service.Url, _clock, options => options.RequestsPerSecond = 1000);
        _documents["/v1/acme/fleet-members/d-7"] = """{"id":"d-7","name":"Ana","updatedAt":"2026-01-01T00:00:00Z"}""";
        _documents["/v1/acme/orders/o-1/route"] = Route(1);
        _documents["/v1/acme/orders/o-1/eta"] = Eta(1, "d-7");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task What_somebody_wants_is_there_after_a_pass_and_nobody_waited_for_it()
    {
        var plans = Plans();
        plans.Get("acme", "o-1").ShouldBeNull();
        plans.Want(Wish);
        plans.Get("acme", "o-1").ShouldBe(OrderPlan.Empty);
        await PassAsync(plans);
        var plan = plans.Get("acme", "o-1")!;
        (plan.Route!.Version, plan.Route.Source, plan.Route.Precision, plan.Route.DistanceMeters).ShouldBe((1L, PlanSource.Logistics, 6, 1000.0));
        (plan.Eta!.Source, plan.Eta.StopsBefore, plan.Eta.Confidence, plan.Driver!.Name).ShouldBe((PlanSource.Logistics, 2, "low", "Ana"));
        plans.Get("globex", "o-1").ShouldBeNull();
        _engine.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Each_part_is_read_again_at_its_age_and_a_change_at_once()
    {
        var plans = Plans();
        await WantAsync(plans);
        Asked().ShouldBe((1, 1, 1));
        _clock.Advance(TimeSpan.FromSeconds(_client.Options.EtaSeconds));
        await WantAsync(plans);
        Asked().ShouldBe((1, 2, 1));
        _clock.Advance(TimeSpan.FromSeconds(_client.Options.RouteSeconds - _client.Options.EtaSeconds));
        await WantAsync(plans);
        Asked().ShouldBe((2, 3, 1));
        _documents["/v1/acme/orders/o-1/route"] = Route(2);
        plans.Changed("acme", "o-1", OrderDocument.Route);
        plans.Changed("globex", "o-1", OrderDocument.Eta);
        plans.Changed("acme", "o-2", OrderDocument.Eta);
        await PassAsync(plans);
        Asked().ShouldBe((3, 3, 1));
        plans.Get("acme", "o-1")!.Route!.Version.ShouldBe(2);
        plans.Missed("acme");
        plans.Missed("globex");
        await PassAsync(plans);
        Asked().ShouldBe((4, 4, 1));
    }

    [Fact]
    public async Task Whoever_listens_is_told_of_another_route_or_estimate_and_not_of_the_same()
    {
        var plans = Plans();
        await WantAsync(plans);
        _learnt.ToArray().ShouldBe([new DriverKey("acme", "d-7"), new DriverKey("acme", "d-7")], "the first estimate and the first route");
        plans.Missed("acme");
        await PassAsync(plans);
        _learnt.Count.ShouldBe(2);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _documents["/v1/acme/orders/o-1/eta"] = Eta(2, "d-7");
        plans.Missed("acme");
        await PassAsync(plans);
        _learnt.Count.ShouldBe(3);
        _documents["/v1/acme/orders/o-1/route"] = Route(2);
        plans.Missed("acme");
        await PassAsync(plans);
        _learnt.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_change_while_it_is_being_read_is_read_again()
    {
        var plans = Plans();
        await WantAsync(plans);
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _service.Answer = async context =>
        {
            came.TrySetResult();
            await go.Task;
            await ScriptedService.JsonAsync(context, Route(2));
        };
        plans.Changed("acme", "o-1", OrderDocument.Route);
        plans.RunOnce(CancellationToken.None);
        await came.Task.Soon();
        plans.Changed("acme", "o-1", OrderDocument.Route);
        plans.RunOnce(CancellationToken.None);
        go.SetResult();
        await plans.IdleAsync().Soon();
        var before = Asked().Routes;
        _service.Answer = context => ScriptedService.JsonAsync(context, Route(3));
        await PassAsync(plans);
        (Asked().Routes - before).ShouldBe(1);
        plans.Get("acme", "o-1")!.Route!.Version.ShouldBe(3);
    }

    [Fact]
    public async Task What_nobody_wants_any_more_is_neither_kept_nor_asked_for()
    {
        var plans = Plans();
        await WantAsync(plans);
        _clock.Advance(OrderPlans.WantedFor + TimeSpan.FromTicks(1));
        await PassAsync(plans);
        plans.Get("acme", "o-1").ShouldBeNull();
        Asked().ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task In_no_second_more_is_asked_than_a_tenant_may_and_everybody_gets_a_turn()
    {
        _client.Options.RequestsPerSecond = 4;
        var plans = Plans(engine: false);
        for (var order = 0; order < 10; order++)
        {
            plans.Want(Wish with { OrderId = $"o-{order}", DriverId = null });
        }

        plans.Want(Wish with { Tenant = "globex", OrderId = "g-1", DriverId = null });
        var seconds = new List<int>();
        for (var second = 0; second < 5; second++)
        {
            var before = _service.Asked.Count(asked => asked.Path.StartsWith("/v1/acme/", StringComparison.Ordinal));
            for (var pass = 0; pass < 4; pass++)
            {
                await PassAsync(plans);
                _clock.Advance(OrderPlanLoop.Interval);
            }

            seconds.Add(_service.Asked.Count(asked => asked.Path.StartsWith("/v1/acme/", StringComparison.Ordinal)) - before);
        }

        seconds.ShouldAllBe(count => count == 4);
        var orders = _service.Asked.Select(asked => asked.Path).Where(path => path.StartsWith("/v1/acme/", StringComparison.Ordinal)).Distinct().Count();
        orders.ShouldBe(20);
        _service.Asked.Count(asked => asked.Path.StartsWith("/v1/globex/", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task The_engines_requests_count_as_well()
    {
        _documents.Clear();
        _client.Options.RequestsPerSecond = 4;
        var plans = Plans();
        for (var order = 0; order < 10; order++)
        {
            plans.Want(Wish with { OrderId = $"o-{order}", DriverId = null });
        }

        for (var second = 1; second <= 5; second++)
        {
            for (var pass = 0; pass < 4; pass++)
            {
                await PassAsync(plans);
                _clock.Advance(OrderPlanLoop.Interval);
            }

            (_service.Asked.Count + _engine.Asked.Count).ShouldBe(4 * second);
        }
    }

    [Fact]
    public async Task A_route_that_the_service_has_no_more_is_the_engines_at_the_next_pass()
    {
        var plans = Plans();
        await WantAsync(plans);
        _documents.Clear();
        plans.Missed("acme");
        await PassAsync(plans);
        await PassAsync(plans);
        (plans.Get("acme", "o-1")!.Route!.Source, plans.Get("acme", "o-1")!.Eta!.Source).ShouldBe((PlanSource.Routing, PlanSource.Routing));
    }

    [Fact]
    public async Task The_engine_is_asked_where_the_service_has_none_and_the_way_only_once()
    {
        _documents.Clear();
        var plans = Plans();
        await WantAsync(plans);
        var plan = plans.Get("acme", "o-1")!;
        (plan.Route!.Source, plan.Route.Precision, plan.Route.DistanceMeters).ShouldBe((PlanSource.Routing, 6, 1500.0));
        (plan.Eta!.Source, plan.Eta.At).ShouldBe((PlanSource.Routing, _clock.GetUtcNow() + TimeSpan.FromMinutes(4)));
        _engine.Asked.Order().ShouldBe([$"{Shop} {Door}", $"{Wish.Position} {Door}"]);
        _clock.Advance(TimeSpan.FromSeconds(_client.Options.RouteSeconds));
        await WantAsync(plans);
        _engine.Asked.Count.ShouldBe(3);
        _engine.Asked.Count(asked => asked.StartsWith($"{Shop}", StringComparison.Ordinal)).ShouldBe(1);

        // Sent to another door it is another way.
        var elsewhere = new GeoPoint(Door.Lat + 0.01, Door.Lon);
        var version = plan.Route.Version;
        plans.Want(Wish with { Destination = elsewhere });
        await PassAsync(plans);
        _engine.Asked.ShouldContain($"{Shop} {elsewhere}");
        plans.Get("acme", "o-1")!.Route!.Version.ShouldBe(version + 1);
        _engine.Asked.Count.ShouldBe(5);

        _documents["/v1/acme/orders/o-1/route"] = Route(1);
        _documents["/v1/acme/orders/o-1/eta"] = Eta(1, "d-7");
        plans.Missed("acme");
        await PassAsync(plans);
        (plans.Get("acme", "o-1")!.Route!.Source, plans.Get("acme", "o-1")!.Eta!.Source).ShouldBe((PlanSource.Logistics, PlanSource.Logistics));
        _engine.Asked.Count.ShouldBe(5);
    }

    [Fact]
    public async Task While_the_service_is_away_its_route_and_its_fresh_estimate_stay_and_then_the_engine_estimates()
    {
        var plans = Plans();
        await WantAsync(plans);
        _service.Answer = context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        };
        _clock.Advance(TimeSpan.FromSeconds(_client.Options.RouteSeconds));
        await WantAsync(plans);
        (plans.Get("acme", "o-1")!.Route!.Source, plans.Get("acme", "o-1")!.Eta!.Source, plans.Get("acme", "o-1")!.Driver!.Name).ShouldBe((PlanSource.Logistics, PlanSource.Logistics, "Ana"));
        _engine.Asked.ShouldBeEmpty();
        for (var minute = 0; minute < 5; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await WantAsync(plans);
        }

        (plans.Get("acme", "o-1")!.Route!.Source, plans.Get("acme", "o-1")!.Eta!.Source, plans.Get("acme", "o-1")!.Eta!.StopsBefore).ShouldBe((PlanSource.Logistics, PlanSource.Routing, 2));
    }

    [Fact]
    public async Task Another_driver_begins_with_nothing_of_the_one_before()
    {
        var plans = Plans(engine: false);
        await WantAsync(plans);
        plans.Want(Wish with { DriverId = "d-8" });
        plans.Get("acme", "o-1").ShouldBe(OrderPlan.Empty);
        await PassAsync(plans);
        var plan = plans.Get("acme", "o-1")!;
        plan.Driver.ShouldBeNull();
        plan.Eta.ShouldBeNull("the service still speaks of the one before");
    }

    [Fact]
    public async Task Without_a_service_and_without_an_engine_nothing_is_known_and_nothing_fails()
    {
        var plans = new OrderPlans(new PlanFetch(null, null, _clock), new LogisticsOptions(), _learnt.Enqueue, _clock, NullLogger<OrderPlans>.Instance);
        plans.Want(Wish);
        await PassAsync(plans);
        plans.Get("acme", "o-1").ShouldBe(OrderPlan.Empty);
    }

    private OrderPlans Plans(bool engine = true) => new(new PlanFetch(_client.Client, engine ? _engine : null, _clock), _client.Options, _learnt.Enqueue, _clock, NullLogger<OrderPlans>.Instance);

    private static async Task PassAsync(OrderPlans plans)
    {
        plans.RunOnce(CancellationToken.None);
        await plans.IdleAsync().Soon();
    }

    private static Task WantAsync(OrderPlans plans)
    {
        plans.Want(Wish);
        return PassAsync(plans);
    }

    private (int Routes, int Etas, int Cards) Asked() => (Count("/route"), Count("/eta"), Count("/d-7"));

    private int Count(string end) => _service.Asked.Count(asked => asked.Path.EndsWith(end, StringComparison.Ordinal));

    private static string Route(int version) => $$"""{"orderId":"o-1","version":{{version}},"polyline":"_izlhA~rlgdF_{geC~ywl@","precision":6,"distanceMeters":1000,"durationSeconds":100}""";

    private string Eta(int version, string driver) => $$"""{"orderId":"o-1","driverId":"{{driver}}","version":{{version}},"at":"{{Text(10)}}","stopsBefore":2,"confidence":"low","calculatedAt":"{{Text(0)}}"}""";

    private string Text(int minutes) => _clock.GetUtcNow().AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed class ScriptedEngine : IRoutingEngine
    {
        public ConcurrentQueue<string> Asked { get; } = [];

        public Task<EngineAnswer> RouteAsync(GeoPoint from, GeoPoint to, CancellationToken cancellationToken)
        {
            Asked.Enqueue($"{from} {to}");
            return Task.FromResult<EngineAnswer>(new EngineAnswer.Found(new EngineRoute("_izlhA~rlgdF_{geC~ywl@", 1500, TimeSpan.FromMinutes(4))));
        }
    }
}
