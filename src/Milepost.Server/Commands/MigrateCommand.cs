using System.CommandLine;
using System.Diagnostics;
using Milepost.Server.Hosting.Storage;
using Milepost.Server.Settings;

namespace Milepost.Server.Commands;

/// <summary><c>milepost migrate</c>: the database schema.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new VerbCommand(
            "migrate",
            "Brings the database to this version's schema and ends. Running it again changes nothing.",
            "milepost migrate",
            "milepost migrate --Storage:DataDirectory=/var/lib/milepost").AcceptSettings();
        command.SetAction(async (parsed, cancellationToken) => parsed.LoadSettings() switch
        {
            SettingsResult.Loaded loaded => await Migration.RunAsync(loaded.Settings, parsed.InvocationConfiguration.Output.WriteLine, cancellationToken),
            SettingsResult.Refused refused => await parsed.RefuseAsync(refused),
            _ => throw new UnreachableException(),
        });
        return command;
    }
}
