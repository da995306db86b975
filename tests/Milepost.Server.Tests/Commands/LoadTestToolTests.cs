using System.Diagnostics;
using System.Text.Json;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Commands;

/// <summary>The load tool as a process of its own, against the whole server.</summary>
public sealed class LoadTestToolTests
{
    [Theory]
    [InlineData("websocket")]
    [InlineData("sse")]
    [InlineData("long-poll")]
    public async Task A_small_load_arrives_completely_and_is_reported(string transport)
    {
        await using var server = await TestServer.StartAsync();
        var report = Path.Combine(server.DataDirectory, "report.json");
        var (exitCode, output) = await RunAsync(
            "--url", server.Address.ToString(), "--tenant", TestServer.Tenant, "--signing-key", TestServer.Key, "--transport", transport, "--connections", "30",
            "--per-process", "20", "--rate", "100", "--duration", "2", "--warm-up", "1", "--idle", "1", "--batch", "2", "--json", report);
        exitCode.ShouldBe(0, output);
        output.ShouldContain("out of order");
        JsonDocument.Parse(await File.ReadAllTextAsync(report)).RootElement.GetRawText().ShouldContain("\"lost\"", Case.Insensitive);
    }

    [Fact]
    public async Task Without_a_server_it_says_so_and_fails()
    {
        var (exitCode, output) = await RunAsync("--url", "http://127.0.0.1:1", "--signing-key", TestServer.Key, "--connections", "2", "--rate", "1", "--duration", "1");
        exitCode.ShouldNotBe(0);
        output.ShouldNotContain("   at ");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Milepost.LoadTest.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Deadline.Default * 8);
        return (process.ExitCode, await output + await error);
    }
}
