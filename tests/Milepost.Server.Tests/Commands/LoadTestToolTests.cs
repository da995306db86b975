using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Milepost.Server.Testing;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Server.Tests.Commands;

/// <summary>The load tool as a process of its own, against the whole server.</summary>
public sealed class LoadTestToolTests
{
    [Fact]
    public async Task A_small_load_over_all_transports_arrives_completely_and_is_reported()
    {
        await using var server = await TestServer.StartAsync(addresses: 2);
        var file = Path.Combine(server.DataDirectory, "report.json");
        var (exitCode, output) = await RunAsync(
            [.. Nodes(server), "--transport", "mixed", "--connections", "30", "--per-process", "20", "--rate", "100", "--duration", "2", "--warm-up", "1", "--idle", "0", "--batch", "2", "--json", file]);
        exitCode.ShouldBe(0, output);
        output.ShouldContain("out of order");
        var report = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).RootElement;
        Numbers(report, "clientProcesses", "posted", "acknowledged", "delivered", "lost", "duplicated", "outOfOrder", "foreign").ShouldBe([2, 300, 300, 300, 0, 0, 0, 0]);
        Numbers(report.GetProperty("delivery"), "count").ShouldBe([200]);
        report.GetProperty("urls").GetArrayLength().ShouldBe(2);
        report.GetProperty("transports").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task A_storm_and_a_burst_are_reported_apart_and_lose_nothing()
    {
        await using var server = await TestServer.StartAsync(addresses: 2);
        var (exitCode, output) = await RunAsync(
            [.. Nodes(server), "--transport", "mixed", "--connections", "30", "--per-process", "20", "--rate", "100", "--duration", "2", "--warm-up", "0", "--idle", "0",
             "--storm-at", "1", "--client-nice", "5", "--burst-rate", "300", "--burst-seconds", "1", "--json", "-"]);
        exitCode.ShouldBe(0, output);
        var report = Json(output);
        Numbers(report, "posted", "acknowledged", "delivered", "lost", "duplicated", "outOfOrder").ShouldBe([500, 500, 500, 0, 0, 0]);
        Numbers(report.GetProperty("breaks"), "broken").ShouldBe([0]);
        Numbers(report.GetProperty("storm").GetProperty("recovery"), "broken", "notBack").ShouldBe([30, 0]);
        var parts = report.GetProperty("parts").EnumerateArray().ToList();
        parts.Select(part => part.GetProperty("name").GetString()).ShouldBe(["steady", "storm", "burst"]);
        parts.Select(part => part.GetProperty("posted").GetInt64()).ShouldBe([100, 100, 300]);
        parts.Select(part => part.GetProperty("delivery").GetProperty("count").GetInt64()).ShouldBe([100, 100, 300]);
    }

    [Fact]
    public async Task Connections_that_others_break_resume_and_posts_cut_off_are_made_again()
    {
        await using var server = await TestServer.StartAsync();
        await using var proxy = TcpProxy.Start(server.Address.Port);
        var (exitCode, output) = await RunAsync(
            ["--url", $"http://127.0.0.1:{proxy.Port}", .. Access, "--transport", "mixed", "--connections", "30", "--rate", "100", "--duration", "4", "--warm-up", "0", "--idle", "0", "--json", "-"],
            line =>
            {
                if (line.StartsWith("1 s: ", StringComparison.Ordinal))
                {
                    proxy.Cut();
                }
            });
        exitCode.ShouldBe(0, output);
        var report = Json(output);
        Numbers(report, "posted", "acknowledged", "delivered", "lost", "duplicated", "outOfOrder").ShouldBe([400, 400, 400, 0, 0, 0]);
        // Those that poll have nothing to break between two polls.
        var breaks = report.GetProperty("breaks");
        breaks.GetProperty("broken").GetInt64().ShouldBeInRange(20, 30);
        breaks.GetProperty("notBack").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task Without_a_server_it_says_so_and_fails()
    {
        var (exitCode, output) = await RunAsync(["--url", "http://127.0.0.1:1", .. Access, "--connections", "2", "--rate", "1", "--duration", "1"]);
        exitCode.ShouldBe(1);
        output.ShouldContain("no server answers at http://127.0.0.1:1/");
        output.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("--storm-at must lie within --duration", "--duration", "3", "--storm-at", "3")]
    [InlineData("a burst needs both", "--burst-rate", "3")]
    [InlineData("--url must be a whole address", "--url", "localhost")]
    [InlineData("--rate must be more than 0", "--rate", "0")]
    [InlineData("--client-nice must lie between 0 and 19", "--client-nice", "20")]
    public async Task What_makes_no_sense_is_refused(string message, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync([.. Access, .. arguments]);
        exitCode.ShouldBe(1);
        output.ShouldContain(message);
    }

    internal static string[] Access => ["--tenant", TestServer.Tenant, "--signing-key", TestServer.Key];

    private static string[] Nodes(TestServer server) => [.. server.App.Urls.SelectMany(url => new[] { "--url", url }), .. Access];

    private static IEnumerable<long> Numbers(JsonElement of, params string[] names) => names.Select(name => of.GetProperty(name).GetInt64());

    internal static JsonElement Json(string output) => JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..(output.LastIndexOf('}') + 1)]).RootElement;

    internal static async Task<(int ExitCode, string Output)> RunAsync(string[] arguments, Action<string>? said = null)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Milepost.LoadTest.dll"), .. arguments])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var errors = new ConcurrentQueue<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            errors.Enqueue(line.Data ?? "");
            said?.Invoke(line.Data ?? "");
        };
        process.Start();
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline.Default * 8);
        return (process.ExitCode, await output + string.Join('\n', errors));
    }
}
