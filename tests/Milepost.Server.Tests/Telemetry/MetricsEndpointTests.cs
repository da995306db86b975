using System.Diagnostics;
using System.Net;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Gateway;
using Milepost.Testing;

namespace Milepost.Server.Tests.Telemetry;

public sealed class MetricsEndpointTests
{
    [Theory]
    [InlineData(null, null, null, HttpStatusCode.OK)]
    [InlineData(null, "203.0.113.7", null, HttpStatusCode.Unauthorized)]
    [InlineData(null, "127.0.0.1", null, HttpStatusCode.Unauthorized)]
    [InlineData(null, "203.0.113.7", "127.0.0.1", HttpStatusCode.Unauthorized)]
    [InlineData(null, "127.0.0.1", "127.0.0.1", HttpStatusCode.Unauthorized)]
    [InlineData(null, null, "127.0.0.1", HttpStatusCode.OK)]
    [InlineData("", "203.0.113.7", null, HttpStatusCode.Forbidden)]
    [InlineData("events:write", "203.0.113.7", null, HttpStatusCode.Forbidden)]
    [InlineData("operator", "203.0.113.7", "127.0.0.0/8", HttpStatusCode.OK)]
    [InlineData("admin", "203.0.113.7", null, HttpStatusCode.OK)]
    public async Task This_machine_and_staff_read_the_metrics_and_nobody_through_a_proxy(string? scope, string? forwardedFor, string? trusted, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync(settings => settings.Gateway.TrustedProxies = trusted is null ? [] : [trusted]);
        using var http = server.Http(scope is null ? null : TestServer.Token("c-1", scope.Length == 0 ? [] : [scope]));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (forwardedFor is not null)
        {
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        }

        using var answer = await http.SendAsync(request);

        answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task What_happens_is_counted_and_promtool_accepts_the_text()
    {
        await using var server = await TestServer.StartAsync();
        using var shop = new Shop(server);
        using var http = server.Http(null);
        var before = await ReadAsync(http);
        await using var socket = await LiveSocket.OpenAsync(server, "/ws/notifications", TestServer.Token("c-1"));
        await shop.PlacesAsync("o-1", "c-1");
        await socket.UntilAsync(FrameTypes.NotificationNew);

        var after = await ReadAsync(http);

        Value(after, "milepost_event_recorded_total{outcome=\"accepted\"}").ShouldBeGreaterThan(Value(before, "milepost_event_recorded_total{outcome=\"accepted\"}"));
        Value(after, "milepost_session_opened_total{transport=\"websocket\"}").ShouldBeGreaterThan(Value(before, "milepost_session_opened_total{transport=\"websocket\"}"));
        Value(after, "milepost_commit_duration_seconds_count").ShouldBeGreaterThan(0);
        Value(after, "milepost_commit_size_bucket{le=\"1\"}").ShouldBeGreaterThan(0);
        Value(after, "milepost_hint_delay_seconds_count").ShouldBeGreaterThan(0);
        after.ShouldContain("\nhttp_server_request_duration_seconds_bucket{");
        after.ShouldContain("\ndotnet_gc_collections_total{");
        after.ShouldNotContain("o-1");
        after.ShouldNotContain("c-1");

        var remarks = await PromtoolAsync(after);
        remarks.Where(remark => remark.StartsWith("milepost", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static async Task<string> ReadAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("/metrics");
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/plain; version=0.0.4; charset=utf-8");
        return await answer.Content.ReadAsStringAsync();
    }

    private static double Value(string text, string series) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture)
            : 0;

    /// <summary>What Prometheus' own tool remarks about names; fails when it cannot read the text at all.</summary>
    private static async Task<IReadOnlyList<string>> PromtoolAsync(string text)
    {
        using var process = Process.Start(new ProcessStartInfo("promtool", ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        await process.WaitForExitAsync().Soon();
        var remarks = await errors;

        // 0: nothing to say, 3: remarks on style, 1: not the format.
        process.ExitCode.ShouldBeOneOf([0, 3], remarks);
        return remarks.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
