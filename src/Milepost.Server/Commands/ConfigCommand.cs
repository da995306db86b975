using System.CommandLine;
using System.Diagnostics;
using Milepost.Server.Settings;
using Spectre.Console;

namespace Milepost.Server.Commands;

/// <summary><c>milepost config check</c>: what is in force, and where it came from.</summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        var check = new VerbCommand(
            "check",
            "Prints every setting that is in force, where it came from and what it does; secrets are masked. Ends with 2 when the server would refuse to start. "
            + "Settings come from appsettings.json in the working directory, from the environment (MILEPOST__SECTION__KEY) and from the command line (--Section:Key=value); the later wins.",
            "milepost config check",
            "milepost config check --Gateway:PublicUrl=https://track.shop.example",
            "MILEPOST__STORAGE__DATADIRECTORY=/var/lib/milepost milepost config check").AcceptSettings();
        check.SetAction(async (parsed, _) => parsed.LoadSettings() switch
        {
            SettingsResult.Loaded loaded => Print(parsed.InvocationConfiguration.Output, loaded.Effective),
            SettingsResult.Refused refused => await parsed.RefuseAsync(refused),
            _ => throw new UnreachableException(),
        });
        return new VerbCommand("config", "Explains the configuration.", [.. check.Examples]) { check };
    }

    private static int Print(TextWriter output, IReadOnlyList<EffectiveSetting> settings)
    {
        var console = Terminal.On(output);
        var table = new Table().Border(TableBorder.Simple).AddColumns("Setting", "Value", "From", "Meaning");
        foreach (var setting in settings)
        {
            table.AddRow(new Text(setting.Key), new Text(setting.Value.Length == 0 ? "(empty)" : setting.Value), new Text(setting.Origin), new Text(setting.Description));
        }

        console.Write(table);
        return ExitCode.Done;
    }
}
