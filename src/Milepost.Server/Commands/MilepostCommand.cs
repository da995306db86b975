using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Milepost.Server.Commands;

/// <summary>The command line: <c>milepost &lt;verb&gt;</c>.</summary>
internal static class MilepostCommand
{
    // Longer than the server takes to drain: a second signal or the service manager decides before this does.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        // "@" begins a response file by default, and may begin an id of ours.
        var parsed = Create().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var invocation = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = parsed.CommandResult.Command is VerbCommand { HandlesSignals: true } ? null : TerminationTimeout,
        };
        if (parsed.Action is ParseErrorAction wrong)
        {
            wrong.ShowHelp = arguments.Count == 0;
            await parsed.InvokeAsync(invocation, cancellationToken);
            await error.WriteLineAsync($"'{PathOf(parsed.CommandResult.Command)} --help' tells what is possible.");
            return ExitCode.WrongUsage;
        }

        try
        {
            return await parsed.InvokeAsync(invocation, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await error.WriteLineAsync($"error: {exception.Message}");
            return ExitCode.Failed;
        }
    }

    public static RootCommand Create()
    {
        var root = new RootCommand(
            "Milepost: live order tracking and customer notifications, on your own server. 'milepost demo' shows all of it on this machine.")
        {
            DemoCommand.Create(),
            ServeCommand.Create(),
            MigrateCommand.Create(),
            TokenCommand.Create(),
            DeadLettersCommand.Create(),
            ConfigCommand.Create(),
            WatchCommand.Create(),
            LoadTest.LoadTestCommand.Create(),
        };
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }

        return root;
    }

    private static string PathOf(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{PathOf(parent)} {command.Name}" : "milepost";
}
