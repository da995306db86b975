using Microsoft.AspNetCore.Http;
using Milepost.Core.Tracking;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Routing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>
/// The engines against real servers with answers in the shapes that their makers document: OSRM in docs/http.md of Project-OSRM/osrm-backend (route
/// service, result objects), Mapbox in the Directions API v5 (docs.mapbox.com) and its SDKs' models.
/// </summary>
public sealed class RoutingEngineTests
{
    private const string Token = "pk.a-token+of/mapbox=";

    private const string Osrm = """
        {"code":"Ok","routes":[{"geometry":"_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI","legs":[{"steps":[],"distance":1886.8,"duration":251.4,"summary":"","weight":251.4}],"distance":1886.8,"duration":251.4,"weight_name":"routability","weight":251.4},
        {"geometry":"_izlhA~rlgdF_{geC~ywl@","legs":[],"distance":9999,"duration":9999}],
        "waypoints":[{"hint":"KSoKADRYroqUBAEAEAAAABkA","distance":4.152629,"name":"Friedrichstraße","location":[13.388799,52.517033]},{"hint":"7a","distance":1,"name":"Torstraße","location":[13.397631,52.529432]}]}
        """;

    private const string Mapbox = """
        {"routes":[{"weight_typical":260.1,"duration_typical":240.5,"weight_name":"auto","weight":281.9,"duration":255.25,"distance":1893.311,"legs":[{"via_waypoints":[],"admins":[{"iso_3166_1":"DE"}],"weight":281.9,"duration":255.25,"steps":[],"distance":1893.311,"summary":"Friedrichstraße"}],"geometry":"_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"}],
        "waypoints":[{"distance":2.1,"name":"Friedrichstraße","location":[13.38882,52.517032]},{"distance":0.4,"name":"Torstraße","location":[13.39763,52.529407]}],"code":"Ok","uuid":"mQX"}
        """;

    private static readonly GeoPoint From = new(52.517037, 13.38886);
    private static readonly GeoPoint To = new(52.529407, -0.0000049);

    [Fact]
    public async Task Osrm_is_asked_longitude_first_and_its_best_route_is_taken()
    {
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, Osrm));
        using var it = new Engine(service.Url + "/", RoutingOptions.Osrm);
        (await it.AskAsync()).ShouldBe(new EngineAnswer.Found(new EngineRoute("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI", 1886.8, TimeSpan.FromSeconds(251.4))));
        service.Asked.Single().Path.ShouldBe("/route/v1/driving/13.38886,52.517037;-0.000005,52.529407?overview=full&geometries=polyline6");
    }

    [Fact]
    public async Task Mapbox_is_asked_for_traffic_and_gets_its_token_where_it_wants_it()
    {
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, Mapbox));
        using var it = new Engine(service.Url, RoutingOptions.Mapbox);
        (await it.AskAsync()).ShouldBe(new EngineAnswer.Found(new EngineRoute("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI", 1893.311, TimeSpan.FromSeconds(255.25))));
        var asked = service.Asked.Single();
        asked.Path.ShouldBe($"/directions/v5/mapbox/driving-traffic/13.38886,52.517037;-0.000005,52.529407?overview=full&geometries=polyline6&access_token={Uri.EscapeDataString(Token)}");
        asked.Headers.ContainsKey("Authorization").ShouldBeFalse();
    }

    [Theory]
    [InlineData(400, """{"code":"NoRoute","message":"Impossible route between points"}""")]
    [InlineData(400, """{"code":"NoSegment","message":"Could not find a matching segment for coordinate 0"}""")]
    [InlineData(200, """{"code":"NoRoute","routes":[]}""")]
    [InlineData(200, """{"code":"NoSegment","message":"x"}""")]
    [InlineData(422, """{"message":"Coordinate is invalid: 0,91","code":"InvalidInput"}""")]
    [InlineData(404, """{"message":"Profile not found","code":"ProfileNotFound"}""")]
    public async Task Where_there_is_no_way_there_is_none(int status, string body)
    {
        await using var service = await ScriptedService.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return ScriptedService.JsonAsync(context, body);
        });
        using var it = new Engine(service.Url, RoutingOptions.Osrm);
        (await it.AskAsync()).ShouldBeOfType<EngineAnswer.NoRoute>();
        service.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"code":"Ok","routes":[]}""")]
    [InlineData("""{"code":"Ok","routes":{}}""")]
    [InlineData("""{"code":"Ok"}""")]
    [InlineData("""{"code":"Ok","routes":[null]}""")]
    [InlineData("""{"code":"Ok","routes":[{"geometry":{"type":"LineString","coordinates":[[13.3,52.5],[13.4,52.6]]},"distance":1,"duration":1}]}""")]
    [InlineData("""{"code":"Ok","routes":[{"geometry":"a b c d","distance":1,"duration":1}]}""")]
    [InlineData("""{"code":"Ok","routes":[{"geometry":"_izlhA~rlgdF","distance":-1,"duration":1}]}""")]
    [InlineData("""{"code":"Ok","routes":[{"geometry":"_izlhA~rlgdF","distance":1,"duration":"251s"}]}""")]
    [InlineData("""{"code":"Ok","routes":[{"geometry":"_izlhA~rlgdF","distance":1}]}""")]
    [InlineData("""{"routes":[{"geometry":"_izlhA~rlgdF","distance":1,"duration":1}]}""")]
    [InlineData("OK")]
    public async Task What_is_no_answer_teaches_nothing(string body)
    {
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, body));
        using var it = new Engine(service.Url, RoutingOptions.Mapbox);
        (await it.AskAsync()).ShouldBeOfType<EngineAnswer.Unknown>();
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(0)]
    public async Task Whatever_goes_wrong_the_token_stands_in_no_answer(int status)
    {
        await using var service = await ScriptedService.StartAsync(context =>
        {
            if (status == 0)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            context.Response.StatusCode = status;
            return context.Response.WriteAsync($$"""{"message":"Not Authorized - Invalid Token {{Token}}"}""");
        });
        using var it = new Engine(service.Url, RoutingOptions.Mapbox);
        var answer = await it.AskAsync();
        answer.ToString().ShouldNotContain(Token);
        answer.ToString().ShouldNotContain("access_token");
    }

    private sealed class Engine : IDisposable
    {
        private readonly ServiceHttp _http = new(new ServiceLimits(TimeSpan.FromSeconds(20)) { RetryDelay = TimeSpan.Zero }, TimeProvider.System, () => 0);
        private readonly IRoutingEngine _engine;

        public Engine(string url, string provider)
        {
            var http = new EngineHttp(_http, TimeProvider.System);
            var options = new RoutingOptions { BaseUrl = url, Provider = provider, Token = Token };
            _engine = provider == RoutingOptions.Osrm ? new OsrmEngine(http, options) : new MapboxEngine(http, options);
        }

        public Task<EngineAnswer> AskAsync() => _engine.RouteAsync(From, To, CancellationToken.None).Soon();

        public void Dispose() => _http.Dispose();
    }
}
