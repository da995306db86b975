using System.Collections;

namespace Milepost.Server.Settings;

/// <summary>One value as it was found.</summary>
/// <param name="Key">With colons, in the writer's spelling.</param>
/// <param name="Value">The text.</param>
/// <param name="Origin">One of <see cref="SettingOrigin"/>.</param>
/// <param name="Written">The name as its writer knows it, for example <c>MILEPOST__STORAGE__PROVIDER</c>.</param>
internal sealed record RawSetting(string Key, string Value, string Origin, string Written);

/// <summary>The places that settings come from. Passed in, so that a test is one call and the process is untouched.</summary>
internal sealed record SettingsSources(string WorkingDirectory, IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Arguments)
{
    public const string FileName = "appsettings.json";
    public const string EnvironmentPrefix = "MILEPOST__";

    public static SettingsSources OfProcess(IReadOnlyList<string> arguments)
    {
        var environment = System.Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(pair => (string)pair.Key, pair => (string?)pair.Value ?? "", StringComparer.Ordinal);
        return new SettingsSources(Directory.GetCurrentDirectory(), environment, arguments);
    }

    /// <summary>All values, the weakest origin first; what cannot be read goes to <paramref name="errors"/>.</summary>
    public IReadOnlyList<RawSetting> Read(List<string> errors) => [.. ReadFile(errors), .. ReadEnvironment(), .. ReadArguments(errors)];

    private List<RawSetting> ReadFile(List<string> errors)
    {
        try
        {
            // The builder of ASP.NET Core reads this file too, so it is read here with the same reader: comments and trailing commas pass.
            using var file = new ConfigurationManager();
            file.AddJsonFile(Path.Combine(WorkingDirectory, FileName), optional: true, reloadOnChange: false);
            return [.. file.AsEnumerable()
                .Where(pair => pair.Value is not null && !OptionCatalog.Sections.ContainsKey(pair.Key))
                .Select(pair => new RawSetting(pair.Key, pair.Value!, SettingOrigin.File, pair.Key))];
        }
        catch (Exception exception) when (exception is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            errors.Add($"{FileName} cannot be read: {(exception.InnerException ?? exception).Message}");
            return [];
        }
    }

    private IEnumerable<RawSetting> ReadEnvironment() =>
        from pair in Environment
        where pair.Key.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase)
        orderby pair.Key
        let key = pair.Key[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal)
        select new RawSetting(key, pair.Value, SettingOrigin.Environment, pair.Key);

    private List<RawSetting> ReadArguments(List<string> errors)
    {
        var found = new List<RawSetting>();
        for (var index = 0; index < Arguments.Count; index++)
        {
            var argument = Arguments[index];
            if (!argument.StartsWith("--", StringComparison.Ordinal) || argument.Length == 2)
            {
                errors.Add($"'{argument}' is not expected here. Settings are written --Section:Key=value.");
                continue;
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                found.Add(Argument(argument[..equals], argument[(equals + 1)..]));
            }
            else if (index + 1 < Arguments.Count && !Arguments[index + 1].StartsWith("--", StringComparison.Ordinal))
            {
                found.Add(Argument(argument, Arguments[++index]));
            }
            else if (OptionCatalog.Keys.ContainsKey(argument[2..]) || OptionCatalog.RootKeys.ContainsKey(argument[2..]))
            {
                errors.Add($"{argument} needs a value: {argument}=value.");
            }
            else
            {
                found.Add(Argument(argument, ""));
            }
        }

        return found;
    }

    private static RawSetting Argument(string name, string value) => new(name[2..], value, SettingOrigin.CommandLine, name);
}
