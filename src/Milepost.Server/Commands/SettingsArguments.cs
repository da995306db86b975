using System.CommandLine;
using Milepost.Server.Settings;

namespace Milepost.Server.Commands;

/// <summary>Lets a verb take <c>--Section:Key=value</c> beside its own options.</summary>
internal static class SettingsArguments
{
    // What the parser does not know falls to this argument and is judged by the settings loader, which knows every key and what was
    // probably meant.
    private static readonly Argument<string[]> Settings = new("settings")
    {
        HelpName = "--Section:Key=value",
        Description = "Any setting; it counts before the environment and appsettings.json. 'milepost config check' lists them all",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public static T AcceptSettings<T>(this T command)
        where T : Command
    {
        command.Arguments.Add(Settings);
        return command;
    }

    public static SettingsResult LoadSettings(this ParseResult parsed, params string[] further) =>
        SettingsLoader.Load(SettingsSources.OfProcess([.. parsed.GetValue(Settings) ?? [], .. further]));

    /// <summary>Tells why the command could not be done.</summary>
    public static async Task<int> FailAsync(this ParseResult parsed, string problem)
    {
        await parsed.InvocationConfiguration.Error.WriteLineAsync($"error: {problem}");
        return ExitCode.Failed;
    }

    /// <summary>Tells every error and how to go on.</summary>
    public static async Task<int> RefuseAsync(this ParseResult parsed, SettingsResult.Refused refused)
    {
        var error = parsed.InvocationConfiguration.Error;
        await error.WriteLineAsync(refused.Errors.Count == 1 ? "The configuration is wrong:" : $"The configuration has {refused.Errors.Count} errors:");
        foreach (var line in refused.Errors)
        {
            await error.WriteLineAsync($"  - {line}");
        }

        return ExitCode.WrongUsage;
    }
}
