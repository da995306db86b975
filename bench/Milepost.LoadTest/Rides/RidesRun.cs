using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Workers;
using Milepost.Protocol;

namespace Milepost.LoadTest.Rides;

/// <summary>One run: orders that are under way, viewers who follow them, and drivers who send their places at even times, whatever became of the ones before.</summary>
internal sealed class RidesRun(RideSettings settings, TimeProvider clock, Action<string> say)
{
    private const int OrdersAtOnce = 300;
    private const int ViewersOfOneAddress = 5_000;

    // North of the start, 10 m for each place; the destination is too far for anybody to arrive.
    private const double Start = 50;
    private const double MetersPerFix = 10;
    private const double DegreesPerMeter = 1 / 111_195.0;

    private readonly TokenSigner _signer = new(settings.Load.SigningKey, settings.Load.Tenant, clock.GetUtcNow().AddHours(12));
    private long _posted;
    private long _refused;

    private string Order(int courier) => $"ride-{settings.Load.Run}-{courier}";

    private string Driver(int courier) => $"driver-{settings.Load.Run}-{courier}";

    private string Customer(int courier) => $"rider-{settings.Load.Run}-{courier}";

    public async Task<RidesReport> RunAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = settings.Load.Producers, UseProxy = false, UseCookies = false }) { BaseAddress = settings.Load.PostUrls[0] };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _signer.Sign("load-test", "events:write"));
        say($"{settings.Couriers:#,0} orders");
        await PlaceAsync(http, cancellationToken);

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var audience = new RideAudience(settings, _signer, Order, Customer, clock);
        var watching = audience.RunAsync(ending.Token);
        await TickAsync(() => audience.Connected >= settings.Viewers, audience, TimeSpan.FromSeconds((double)settings.Viewers / settings.Load.ConnectRate) + settings.Load.Drain, cancellationToken);

        var probe = settings.Load.ServerPids is [var pid, ..] ? new ServerProbe(pid) : ServerProbe.Find(settings.Load.Urls[0]);
        var rss = new List<double> { Rss(probe) };
        var (server, tool, started) = (probe?.CpuSeconds() ?? 0, Environment.CpuUsage.TotalTime.TotalSeconds, clock.GetTimestamp());
        var riding = RideAsync(http, cancellationToken);
        await TickAsync(() => clock.GetElapsedTime(started) >= settings.Load.Duration / 3, audience, settings.Load.Duration, cancellationToken);
        rss.Add(Rss(probe));
        await TickAsync(() => riding.IsCompleted, audience, settings.Load.Duration + settings.Load.Drain, cancellationToken);
        await riding;
        rss.Add(Rss(probe));
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        var (serverCores, toolCores) = (((probe?.CpuSeconds() ?? 0) - server) / seconds, (Environment.CpuUsage.TotalTime.TotalSeconds - tool) / seconds);
        await TickAsync(() => false, audience, settings.FixInterval * 2, cancellationToken);
        var connected = audience.Connected;
        await ending.CancelAsync();
        await watching;

        var latencies = audience.Latencies();
        double Milliseconds(long microseconds) => Math.Round(microseconds / 1000.0, 2);
        return new RidesReport
        {
            Couriers = settings.Couriers,
            Viewers = settings.Viewers,
            Connected = connected,
            FixSeconds = settings.FixInterval.TotalSeconds,
            Seconds = Math.Round(seconds, 1),
            Posted = _posted,
            Refused = _refused,
            Shown = latencies.Count,
            ShownPerPlace = Math.Round(latencies.Count / Math.Max(1.0, _posted * ((double)settings.Viewers / settings.Couriers)), 4),
            OutOfOrder = audience.OutOfOrder,
            Milliseconds = new RideLatency(Milliseconds(latencies.Quantile(0.5)), Milliseconds(latencies.Quantile(0.95)), Milliseconds(latencies.Quantile(0.99)), Milliseconds(latencies.Max)),
            RssConnectedMiB = rss[0],
            RssEarlyMiB = rss[1],
            RssLateMiB = rss[2],
            ServerCores = Math.Round(serverCores, 2),
            ToolCores = Math.Round(toolCores, 2),
        };
    }

    private static double Rss(ServerProbe? probe) => Math.Round((probe?.Rss() ?? 0) / 1048576.0, 1);

    private async Task PlaceAsync(HttpClient http, CancellationToken cancellationToken)
    {
        foreach (var couriers in Enumerable.Range(0, settings.Couriers).Chunk(OrdersAtOnce))
        {
            var now = clock.GetUtcNow();
            var events = couriers.SelectMany(courier => (string[])
            [
                Event(courier, "order.placed", now.AddSeconds(-3), Placed(courier)),
                Event(courier, "order.driver.assigned", now.AddSeconds(-2), $"{{\"driver\":{{\"id\":\"{Driver(courier)}\",\"name\":\"Load Test\"}}}}"),
                Event(courier, "order.status.changed", now.AddSeconds(-1), """{"status":"picked_up"}"""),
            ]);
            using var content = new StringContent($"[{string.Join(',', events)}]", Encoding.UTF8, "application/cloudevents-batch+json");
            using var answer = await http.PostAsync($"/api/v1/{settings.Load.Tenant}/events", content, cancellationToken);
            answer.EnsureSuccessStatusCode();
        }
    }

    private string Event(int courier, string type, DateTimeOffset time, string data) =>
        $$"""{"specversion":"1.0","id":"{{type}}","source":"/load-test/{{Order(courier)}}","type":"{{type}}","subject":"{{Order(courier)}}","time":"{{Rfc3339.Format(time)}}","data":{{data}}}""";

    private string Placed(int courier) => string.Create(CultureInfo.InvariantCulture, $"{{\"customer\":{{\"id\":\"{Customer(courier)}\"}},\"pickup\":{{\"lat\":{Start},\"lon\":{Lon(courier)}}},\"destination\":{{\"lat\":{Start + 3},\"lon\":{Lon(courier)}}}}}");

    // Some 100 m apart, so that nobody rides over another one's way.
    private static string Lon(int courier) => (courier * 0.0014).ToString("0.######", CultureInfo.InvariantCulture);

    private async Task RideAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var perSecond = settings.Couriers / settings.FixInterval.TotalSeconds;
        var total = (long)(settings.Load.Duration.TotalSeconds * perSecond);
        var posts = new List<Task>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), clock);
        while (_posted < total && await timer.WaitForNextTickAsync(cancellationToken))
        {
            var due = Math.Min(total, (long)(clock.GetElapsedTime(started).TotalSeconds * perSecond));
            for (; _posted < due; _posted++)
            {
                posts.Add(PostAsync(http, (int)(_posted % settings.Couriers), _posted / settings.Couriers, cancellationToken));
            }

            if (posts.Count > 10_000)
            {
                posts.RemoveAll(post => post.IsCompleted);
            }
        }

        await Task.WhenAll(posts);
    }

    private async Task PostAsync(HttpClient http, int courier, long number, CancellationToken cancellationToken)
    {
        var lat = (Start + (number * MetersPerFix * DegreesPerMeter)).ToString("0.#######", CultureInfo.InvariantCulture);
        var body = $$"""{"time":"{{clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)}}","lat":{{lat}},"lon":{{Lon(courier)}},"accuracy":5,"sequence":{{number}}}""";
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync($"/api/v1/{settings.Load.Tenant}/drivers/{Driver(courier)}/locations", content, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                Interlocked.Increment(ref _refused);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException)
        {
            Interlocked.Increment(ref _refused);
        }
    }

    private async Task TickAsync(Func<bool> done, RideAudience audience, TimeSpan limit, CancellationToken cancellationToken)
    {
        var (since, said) = (clock.GetTimestamp(), clock.GetTimestamp());
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), clock);
        while (!done() && clock.GetElapsedTime(since) < limit && await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (clock.GetElapsedTime(said) >= TimeSpan.FromSeconds(1))
            {
                said = clock.GetTimestamp();
                say($"{audience.Connected:#,0} of {settings.Viewers:#,0} connected, {_posted:#,0} places posted, {audience.Shown:#,0} shown{(audience.Trouble is { } trouble ? $" ({trouble})" : "")}");
            }
        }
    }

    /// <summary>How many viewers share a loopback address of their own.</summary>
    internal static int AddressOf(int viewer) => viewer / ViewersOfOneAddress;
}
