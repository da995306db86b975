using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.Testing;

namespace Milepost.LogisticsSimulator.Tests;

/// <summary>A running simulator whose time a test moves, and a client of its documents.</summary>
internal sealed class Service : IAsyncDisposable
{
    private readonly HttpClient _http;

    private Service(Simulator simulator, FakeClock clock)
    {
        (Simulator, Clock) = (simulator, clock);
        _http = new HttpClient { BaseAddress = simulator.BaseUrl };
    }

    public Simulator Simulator { get; }

    public FakeClock Clock { get; }

    public World World => Simulator.World;

    public static async Task<Service> StartAsync(Func<SimulatorOptions, SimulatorOptions>? with = null)
    {
        var clock = new FakeClock();
        var options = new SimulatorOptions { Clock = clock, Drivers = 2, Blocks = 12 };
        return new Service(await Simulator.StartAsync(with?.Invoke(options) ?? options, CancellationToken.None).Soon(), clock);
    }

    public void Pass(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Moves time on until an order has come so far, within two hours.</summary>
    public void PassUntil(string orderId, OrderPhase phase)
    {
        for (var second = 0; World.PhaseOf("demo", orderId) < phase; second++)
        {
            second.ShouldBeLessThan(7200, $"{orderId} does not come to {phase}");
            Pass(1);
        }
    }

    /// <summary>Moves time on until so many messages were numbered.</summary>
    public void PassUntilNewest(long sequence)
    {
        while (World.Read("demo", fleet => fleet.Stream.Sequence) < sequence)
        {
            Pass(0.1);
        }
    }

    /// <summary>An order of d-1 between the first two doors, with other doors on the way.</summary>
    public void Assign(string orderId = "o-1", string driverId = "d-1", params int[] stops) =>
        World.Assign("demo", orderId, driverId, World.City.Door(1), World.City.Door(2), [.. stops.Select(World.City.Door)]);

    public Task<Feed> ListenAsync(string tenant = "demo", long? after = null) => Feed.OpenAsync(Simulator, tenant, after);

    public async Task<HttpResponseMessage> GetAsync(string path, string tenant = "demo", string? token = null, string? etag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/{tenant}/{path}");
        request.Headers.Authorization = token is "" ? null : new AuthenticationHeaderValue("Bearer", token ?? Simulator.TokenOf(tenant));
        if (etag is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        }

        return await _http.SendAsync(request).Soon();
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json") };
        return await _http.SendAsync(request).Soon();
    }

    public async Task<JsonObject> ReadAsync(string path)
    {
        using var response = await GetAsync(path);
        response.EnsureSuccessStatusCode();
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Simulator.DisposeAsync();
    }
}
