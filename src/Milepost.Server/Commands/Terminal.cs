using Spectre.Console;

namespace Milepost.Server.Commands;

/// <summary>Rich output where a person reads it; plain text in files and pipes.</summary>
internal static class Terminal
{
    private const int WidthOfPlainText = 160;

    public static IAnsiConsole On(TextWriter output)
    {
        // Spectre.Console judges by TERM alone and would write escape sequences into a pipe.
        var isTerminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
        {
            console.Profile.Width = WidthOfPlainText;
        }

        return console;
    }
}
