using System.CommandLine;
using System.Diagnostics;
using Milepost.Server.Demo;
using Milepost.Server.Hosting.Storage;
using Milepost.Server.Settings;

namespace Milepost.Server.Commands;

/// <summary><c>milepost demo</c>: the whole product with a simulated shop.</summary>
internal static class DemoCommand
{
    private static readonly Option<int?> Seed = new("--seed")
    {
        Description = "Decides everything that happens: the same seed tells the same story. Default: 1, with --data-directory a new one each time",
    };

    private static readonly Option<double> Speed = new("--speed")
    {
        Description = "2 = every order lives half as long, about 75 seconds; from 0.1 to 100, drivers at most 10",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<double> OrdersPerMinute = new("--orders-per-minute")
    {
        Description = "How many new orders come in at speed 1, over eight customers; from 0.5 to 600",
        DefaultValueFactory = _ => 6,
    };

    private static readonly Option<string> Urls = new("--urls")
    {
        Description = OptionCatalog.UrlsDescription,
        DefaultValueFactory = _ => OptionCatalog.DefaultUrl,
        HelpName = "url[;url]",
    };

    private static readonly Option<string?> DataDirectory = new("--data-directory")
    {
        Description = "Keeps the data there. Default: a temporary directory that is removed at the end",
        HelpName = "directory",
    };

    static DemoCommand()
    {
        Speed.Validators.Add(result => InRange(result, 0.1, 100));
        OrdersPerMinute.Validators.Add(result => InRange(result, 0.5, 600));
    }

    public static Command Create()
    {
        var command = new VerbCommand(
            "demo",
            "Runs the whole product on this machine: the server, a simulated restaurant platform and parcel shop that post real orders, a simulated fleet that brings them, and a page to be a customer. "
            + "Reads neither appsettings.json nor the environment.",
            "milepost demo",
            "milepost demo --seed 7 --speed 2",
            "milepost demo --urls http://localhost:8080 --data-directory ./demo-data")
        {
            Seed, Speed, OrdersPerMinute, Urls, DataDirectory,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var kept = parsed.GetValue(DataDirectory);
        // Data that was kept holds the events of its seed already; sent again they would all be duplicates, and nothing would move.
        var seed = parsed.GetValue(Seed) ?? (kept is null ? 1 : (int)(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() % 1_000_000));
        var request = new DemoRequest(seed, parsed.GetValue(Speed), parsed.GetValue(OrdersPerMinute), parsed.GetRequiredValue(Urls), kept);
        var directory = kept is null ? Directory.CreateTempSubdirectory("milepost-demo-").FullName : Path.GetFullPath(kept);
        try
        {
            var console = Terminal.On(parsed.InvocationConfiguration.Output);
            var run = new DemoRun(request, console, TimeProvider.System);
            await using var fleet = await DemoFleet.StartAsync(request.Speed, run.Drivers, TimeProvider.System, cancellationToken);
            switch (DemoRun.LoadSettings(request.Urls, directory, fleet))
            {
                case SettingsResult.Loaded loaded when ListenAddress.Problem(loaded.Settings.Urls) is { } problem:
                    return await parsed.FailAsync(problem);
                case SettingsResult.Loaded loaded:
                    await run.RunAsync(loaded.Settings, fleet, cancellationToken);
                    return ExitCode.Done;
                case SettingsResult.Refused refused:
                    return await parsed.RefuseAsync(refused);
                default:
                    throw new UnreachableException();
            }
        }
        catch (StartRefusedException refused)
        {
            return await parsed.FailAsync(refused.Message);
        }
        finally
        {
            if (kept is null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }

    private static void InRange(System.CommandLine.Parsing.OptionResult result, double least, double most)
    {
        if (result.GetValueOrDefault<double>() is var value && !(value >= least && value <= most))
        {
            result.AddError($"{result.Option.Name} must be from {least} to {most}");
        }
    }
}
