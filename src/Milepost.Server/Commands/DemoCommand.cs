using System.CommandLine;

namespace Milepost.Server.Commands;

/// <summary><c>milepost demo</c>: the whole product with a simulated shop.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var command = new VerbCommand("demo", "Runs the server with a simulated shop and a page to watch it.", "milepost demo");
        command.SetAction(_ => ExitCode.Failed);
        return command;
    }
}
