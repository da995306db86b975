using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Client;
using Milepost.Processes;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;
using Milepost.Testing;

namespace Milepost.Nodes.Tests;

/// <summary>How the process ends, seen from outside.</summary>
public sealed class StoppingTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_node_that_is_told_to_stop_under_load_tells_every_client_and_loses_nothing()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var server = new ServerProcess(new ServerStart { Arguments = ["--Gateway:DrainSeconds=0"] });
        await server.StartAsync(limit.Token);
        var producer = new Producer(server.Client("shop", "events:write"), "c-1");
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var raw = new RawClient(server.Address, ServerProcess.Token("c-1"), http);
        var watchers = Enum.GetValues<RawTransport>().SelectMany(transport => Enumerable.Range(0, 8).Select(index => new Watcher(raw, transport, $"{transport} {index}"))).ToArray();
        var producing = producer.RunAsync(limit.Token);
        var watching = watchers.Select(watcher => watcher.RunAsync(limit.Token)).ToArray();
        await Task.WhenAll(watchers.Select(watcher => watcher.Reach(200))).WaitAsync(limit.Token);

        var stopping = Stopwatch.StartNew();
        var exitCode = await server.TerminateAsync(limit.Token);
        stopping.Stop();
        await Task.WhenAll(watching);
        await producing;

        exitCode.ShouldBe(0, server.Log);
        stopping.Elapsed.ShouldBeLessThan(Promised);
        watchers.Where(watcher => !watcher.ToldToReconnect).Select(watcher => watcher.Ledger).ShouldBeEmpty();

        await server.StartAsync(limit.Token);
        await producer.SendRestAsync(limit.Token);
        foreach (var watcher in watchers)
        {
            await watcher.CatchUpAsync(producer.Acknowledged.Count, limit.Token);
        }

        watchers.SelectMany(watcher => watcher.Ledger.Breaches).ShouldBeEmpty();
        using var client = server.Client("c-1");
        foreach (var order in producer.Acknowledged.GroupBy(id => id[..id.LastIndexOf('-')], StringComparer.Ordinal))
        {
            var tracking = await client.Orders.TrackingAsync(order.Key, limit.Token);
            tracking.Timeline.Select(entry => entry.EventId).ShouldBe(order, ignoreOrder: true);
        }

        output.WriteLine($"{producer.Acknowledged.Count} events acknowledged, {watchers.Sum(watcher => watcher.Ledger.Delivered)} deliveries, stopped in {stopping.Elapsed.TotalSeconds:F1} s");
    }

    [Fact]
    public async Task A_draining_node_says_so_takes_no_new_connections_and_answers_requests_until_a_second_signal_ends_it()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var server = new ServerProcess(new ServerStart { Arguments = ["--Gateway:DrainSeconds=15"] });
        await server.StartAsync(limit.Token);
        using var http = new HttpClient { BaseAddress = server.Address };
        var draining = Stopwatch.StartNew();
        await server.SignalAsync("TERM");

        JsonElement report;
        do
        {
            using var answer = await http.GetAsync("/healthz/ready", limit.Token);
            report = await answer.Content.ReadFromJsonAsync<JsonElement>(limit.Token);
            report.GetProperty("status").GetString().ShouldBe(answer.StatusCode == HttpStatusCode.OK ? "ready" : "draining");
        }
        while (report.GetProperty("status").GetString() == "ready");

        using var shop = server.Client("shop", "events:write");
        (await shop.Events.PublishAsync(Shop.Placed("o-1", "c-1"), limit.Token)).Accepted.ShouldBe(1);
        (await http.GetAsync("/healthz/live", limit.Token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ServerProcess.Token("c-1"));
        using var refused = await http.GetAsync("/api/v1/sse?streams=notifications", limit.Token);
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        (await refused.Content.ReadFromJsonAsync<JsonElement>(limit.Token)).GetProperty("code").GetString().ShouldBe("draining");
        server.IsRunning.ShouldBeTrue();

        await server.SignalAsync("TERM");
        (await server.ExitAsync(limit.Token)).ShouldBe(128 + 15);
        draining.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15), "it waited for the end of the grace");
    }

    [Fact]
    public async Task Ctrl_C_does_not_wait_for_load_balancers()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var server = new ServerProcess(new ServerStart { Arguments = ["--Gateway:DrainSeconds=15"] });
        await server.StartAsync(limit.Token);

        var stopping = Stopwatch.StartNew();
        await server.SignalAsync("INT");
        (await server.ExitAsync(limit.Token)).ShouldBe(0, server.Log);
        stopping.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_client_that_does_not_read_its_goodbye_does_not_hold_up_the_end()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var server = new ServerProcess(new ServerStart { Arguments = ["--Gateway:DrainSeconds=0"] });
        await server.StartAsync(limit.Token);
        using var shop = server.Client("shop", "events:write");
        for (var order = 0; order < 200; order++)
        {
            var life = Enumerable.Range(1, Shop.Life.Count).Select(step => Shop.Moved($"o-{order}", step)).Prepend(Shop.Placed($"o-{order}", "c-1")).ToList();
            (await shop.Events.PublishAsync(life, limit.Token)).Accepted.ShouldBe(life.Count);
        }

        // Two thousand entries do not fit into the buffers between: the server's write waits for a reader that never comes.
        using var deaf = await DeafClient.ConnectAsync(server.Address, ServerProcess.Token("c-1"), limit.Token);
        await deaf.StuckAsync(limit.Token);

        var stopping = Stopwatch.StartNew();
        (await server.TerminateAsync(limit.Token)).ShouldBe(0, server.Log);
        stopping.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }
}
