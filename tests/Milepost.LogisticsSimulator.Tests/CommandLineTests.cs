using System.CommandLine;

namespace Milepost.LogisticsSimulator.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public async Task It_listens_where_it_says_until_it_is_told_to_stop()
    {
        using var output = new Lines();
        using var stop = new CancellationTokenSource();
        var running = CommandLine.Create().Parse(["--port", "0", "--drivers", "3", "--speed", "10", "--seed", "4", "--tenant", "shop", "--fault", "too-many=shop"])
            .InvokeAsync(new InvocationConfiguration { Output = output }, stop.Token);
        var address = (await Milepost.Testing.Deadline.Soon(output.First)).Split(' ')[^1];
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", "sim-shop");
        using var response = await http.GetAsync("v1/shop/fleet-members/d-3");
        ((int)response.StatusCode).ShouldBe(429);
        await stop.CancelAsync();
        (await Milepost.Testing.Deadline.Soon(running)).ShouldBe(0);
    }

    [Theory]
    [InlineData("there is no fault \"nix\"", "--fault", "nix")]
    [InlineData("speed is 40", "--speed", "40")]
    [InlineData("drivers is -1", "--drivers", "-1")]
    [InlineData("precision is 7", "--precision", "7")]
    [InlineData("the fix interval is", "--interval", "0")]
    [InlineData("the fix interval is", "--interval", "1e300")]
    [InlineData("port is 70000", "--port", "70000")]
    public async Task What_cannot_be_is_said_and_nothing_starts(string message, params string[] args)
    {
        using var error = new StringWriter();
        (await CommandLine.Create().Parse(args).InvokeAsync(new InvocationConfiguration { Error = error })).ShouldBe(2);
        error.ToString().ShouldContain(message);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said()
    {
        await using var service = await Service.StartAsync();
        using var error = new StringWriter();
        (await CommandLine.Create().Parse(["--port", $"{service.Simulator.BaseUrl.Port}"]).InvokeAsync(new InvocationConfiguration { Error = error })).ShouldBe(1);
        error.ToString().ShouldContain("address already in use");
    }

    [Fact]
    public void Everything_that_is_wrong_with_the_options_is_said_at_once()
    {
        var wrong = Should.Throw<InvalidSettingException>(() => new SimulatorOptions { Speed = 0, Blocks = 1, Kept = 0, Tenants = [] }.Check());
        wrong.Message.Split("; ").Length.ShouldBeGreaterThanOrEqualTo(4);
    }

    /// <summary>Says when the first line is written.</summary>
    private sealed class Lines : StringWriter
    {
        private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> First => _first.Task;

        public override Task WriteLineAsync(string? value)
        {
            _first.TrySetResult(value ?? "");
            return base.WriteLineAsync(value);
        }
    }
}
