using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using Milepost.Protocol;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;

namespace Milepost.Server.Commands;

/// <summary><c>milepost token</c>: signs a token with the key that the server checks tokens with.</summary>
internal static class TokenCommand
{
    private static readonly IReadOnlyList<string> Scopes = ScopeNames.All;

    private static readonly Option<string> Tenant = new("--tenant")
    {
        Description = "The tenant that the token is for: 1 to 63 characters out of a-z 0-9 -",
        Required = true,
    };

    private static readonly Option<string> Subject = new("--sub")
    {
        Description = "Who the token is for: the id of a customer, an operator or a service",
        Required = true,
    };

    private static readonly Option<string[]> Scope = new("--scope")
    {
        Description = $"What it allows: {string.Join(", ", Scopes)}; may be given several times. None: a customer, who sees own data only",
    };

    private static readonly Option<TimeSpan> Lifetime = new("--lifetime")
    {
        Description = "How long it is good for, for example 90s, 30m, 12h or 7d",
        DefaultValueFactory = _ => TimeSpan.FromHours(1),
        CustomParser = ParseLifetime,
        HelpName = "duration",
    };

    static TokenCommand()
    {
        Tenant.Validators.Add(Must<string>(tenant => Identifiers.IsValidTenant(tenant), "--tenant must be 1 to 63 characters out of a-z 0-9 -"));
        Subject.Validators.Add(Must<string>(subject => Identifiers.IsValid(subject), $"--sub must be {Identifiers.Rule}"));
        Scope.Validators.Add(Must<string[]>(
            scopes => scopes.SelectMany(Split).All(Scopes.Contains),
            $"--scope must be one of {string.Join(", ", Scopes)}"));
    }

    public static Command Create()
    {
        var command = new VerbCommand(
            "token",
            "Prints a token that the server with the same configuration accepts.",
            "milepost token --tenant demo --sub customer-17",
            "milepost token --tenant demo --sub shop --scope events:write --lifetime 30d",
            "curl -H \"Authorization: Bearer $(milepost token --tenant demo --sub customer-17)\" http://localhost:5080/api/v1/demo/orders")
        {
            Tenant, Subject, Scope, Lifetime,
        }.AcceptSettings();
        command.SetAction(async (parsed, _) => parsed.LoadSettings() switch
        {
            SettingsResult.Loaded loaded => await PrintAsync(parsed, loaded.Settings),
            SettingsResult.Refused refused => await parsed.RefuseAsync(refused),
            _ => throw new UnreachableException(),
        });
        return command;
    }

    private static async Task<int> PrintAsync(ParseResult parsed, ServerSettings settings)
    {
        var keys = KeySource.Of(settings);
        if (keys.SigningSecret is not { } secret)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync(
                $"error: tokens are signed by {settings.Auth.Authority} (Auth:Authority); get one there. To sign here set Auth:SigningKey and leave Auth:Authority empty.");
            return ExitCode.Failed;
        }

        var request = new TokenRequest(
            parsed.GetRequiredValue(Tenant),
            parsed.GetRequiredValue(Subject),
            [.. (parsed.GetValue(Scope) ?? []).SelectMany(Split).Distinct(StringComparer.Ordinal)],
            parsed.GetValue(Lifetime));
        await parsed.InvocationConfiguration.Output.WriteLineAsync(new TokenMinter(secret, settings.Auth.Audience, TimeProvider.System).Mint(request));
        return ExitCode.Done;
    }

    private static TimeSpan ParseLifetime(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (text.Length > 1 && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 100_000)
        {
            switch (text[^1])
            {
                case 's': return TimeSpan.FromSeconds(number);
                case 'm': return TimeSpan.FromMinutes(number);
                case 'h': return TimeSpan.FromHours(number);
                case 'd': return TimeSpan.FromDays(number);
            }
        }

        argument.AddError($"--lifetime must be a number with s, m, h or d, for example 12h, not '{text}'");
        return TimeSpan.Zero;
    }

    private static string[] Split(string scopes) => scopes.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries);

    private static Action<OptionResult> Must<T>(Func<T, bool> rule, string message) => result =>
    {
        if (result.GetValueOrDefault<T>() is { } value && !rule(value))
        {
            result.AddError(message);
        }
    };
}
