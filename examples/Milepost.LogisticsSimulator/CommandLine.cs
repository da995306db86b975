using System.CommandLine;
using Milepost.LogisticsSimulator.Faults;

namespace Milepost.LogisticsSimulator;

/// <summary>What can be said on the command line.</summary>
internal static class CommandLine
{
    public static RootCommand Create()
    {
        var defaults = new SimulatorOptions();
        var port = new Option<int>("--port") { Description = "The port on 127.0.0.1; 0 = any free one.", DefaultValueFactory = _ => 6200 };
        var tenants = new Option<string[]>("--tenant") { Description = "A tenant; several are possible.", DefaultValueFactory = _ => [.. defaults.Tenants] };
        var drivers = new Option<int>("--drivers") { Description = "How many drivers each tenant has, 0 to 10000.", DefaultValueFactory = _ => defaults.Drivers };
        var speed = new Option<double>("--speed") { Description = "How many seconds pass in the city in one second, 0.1 to 30.", DefaultValueFactory = _ => defaults.Speed };
        var seed = new Option<int>("--seed") { Description = "Decides all that chance decides.", DefaultValueFactory = _ => defaults.Seed };
        var precision = new Option<int>("--precision") { Description = "Decimal places of polylines, 5 or 6.", DefaultValueFactory = _ => defaults.Precision };
        var interval = new Option<double>("--interval") { Description = "Seconds between two locations of a driver, 0.1 to 3600.", DefaultValueFactory = _ => defaults.FixInterval.TotalSeconds };
        var idle = new Option<bool>("--idle") { Description = "Drivers deliver only what they are told to, instead of making up orders." };
        var faults = new Option<string[]>("--fault") { Description = "Something that goes wrong: kind, kind=tenant or kind=tenant/driver; several are possible. Kinds: " + string.Join(", ", FaultNames.All), DefaultValueFactory = _ => [] };
        var command = new RootCommand("A simulated logistics service: drivers who ride through an invented city, told of as docs/protocol/logistics.*.yaml says, with faults on demand.")
        {
            port, tenants, drivers, speed, seed, precision, interval, idle, faults,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            SimulatorOptions options;
            try
            {
                options = new SimulatorOptions
                {
                    Port = parsed.GetValue(port),
                    Tenants = parsed.GetValue(tenants)!,
                    Drivers = parsed.GetValue(drivers),
                    Speed = parsed.GetValue(speed),
                    Seed = parsed.GetValue(seed),
                    Precision = parsed.GetValue(precision),
                    FixInterval = Seconds(parsed.GetValue(interval)),
                    Errands = !parsed.GetValue(idle),
                    Faults = [.. parsed.GetValue(faults)!.Select(FaultNames.Parse)],
                };
                options.Check();
            }
            catch (InvalidSettingException exception)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
                return 2;
            }

            return await RunAsync(options, parsed.InvocationConfiguration, cancellation);
        });
        return command;
    }

    /// <summary>What no span of time can hold is as wrong as what is too long.</summary>
    private static TimeSpan Seconds(double seconds) => seconds is >= 0 and < 1_000_000 ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

    private static async Task<int> RunAsync(SimulatorOptions options, InvocationConfiguration console, CancellationToken cancellation)
    {
        Simulator simulator;
        try
        {
            simulator = await Simulator.StartAsync(options, cancellation);
        }
        catch (IOException exception)
        {
            await console.Error.WriteLineAsync(exception.Message);
            return 1;
        }

        await using (simulator)
        {
            await console.Output.WriteLineAsync($"listening on {simulator.BaseUrl}");
            foreach (var tenant in options.Tenants)
            {
                await console.Output.WriteLineAsync($"{simulator.BaseUrl}v1/{Uri.EscapeDataString(tenant)}/locations with the token {Simulator.TokenOf(tenant)}, {options.Drivers} drivers");
            }

            await simulator.WaitForStopAsync(cancellation);
        }

        return 0;
    }
}
