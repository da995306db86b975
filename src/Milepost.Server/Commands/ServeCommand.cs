using System.CommandLine;
using System.Diagnostics;
using Milepost.Server.Hosting;
using Milepost.Server.Hosting.Storage;
using Milepost.Server.Settings;

namespace Milepost.Server.Commands;

/// <summary><c>milepost serve</c>: the server.</summary>
internal static class ServeCommand
{
    public static readonly Option<string?> Urls = new("--urls")
    {
        Description = $"{OptionCatalog.UrlsDescription} Default: {OptionCatalog.DefaultUrl}",
        HelpName = "url[;url]",
    };

    private static readonly Option<string?> Roles = new("--roles")
    {
        Description = $"{OptionCatalog.RolesDescription} Default: {RoleNames.Write(Settings.Roles.All)}",
        HelpName = "role[,role]",
    };

    public static Command Create()
    {
        var command = new VerbCommand(
            "serve",
            "Runs the server. With nothing set it keeps an embedded database and a signing key of its own in ./data.",
            "milepost serve",
            "milepost serve --urls http://0.0.0.0:8080 --Storage:DataDirectory=/var/lib/milepost",
            "milepost serve --roles gateway --Storage:Provider=postgres --Redis:Connections=redis:6379",
            "MILEPOST__AUTH__SIGNINGKEY=\"$(cat key)\" milepost serve --Gateway:PublicUrl=https://track.shop.example")
        {
            Urls, Roles,
        }.AcceptSettings();
        command.HandlesSignals = true;
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string[] further =
        [
            .. parsed.GetValue(Urls) is { } urls ? [$"--{OptionCatalog.UrlsKey}={urls}"] : Array.Empty<string>(),
            .. parsed.GetValue(Roles) is { } roles ? [$"--{OptionCatalog.RolesKey}={roles}"] : Array.Empty<string>(),
        ];
        return parsed.LoadSettings(further) switch
        {
            SettingsResult.Loaded loaded => ListenAddress.Problem(loaded.Settings.Urls) is { } problem
                ? await parsed.FailAsync(problem)
                : await ServeAsync(parsed, loaded.Settings, cancellationToken),
            SettingsResult.Refused refused => await parsed.RefuseAsync(refused),
            _ => throw new UnreachableException(),
        };
    }

    private static async Task<int> ServeAsync(ParseResult parsed, ServerSettings settings, CancellationToken cancellationToken)
    {
        await using var app = MilepostServer.Build(settings);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (StartRefusedException refused)
        {
            return await parsed.FailAsync(refused.Message);
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested || cancellationToken.IsCancellationRequested)
        {
            // It was told to stop while it waited for the database.
            return ExitCode.Done;
        }

        await parsed.InvocationConfiguration.Output.WriteLineAsync($"""
            Milepost listens on {string.Join(" and ", app.Urls)}
              roles        {RoleNames.Write(settings.Roles)}
              data         {StorageSetup.Describe(settings.Storage)}
              signing key  {Describe(KeySource.Of(settings))}
            Ctrl-C stops it.
            """);
        await app.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Done;
    }

    private static string Describe(KeySource keys) => keys switch
    {
        KeySource.Configured => "Auth:SigningKey",
        KeySource.Development development => $"generated for development, in {development.Path}",
        KeySource.Issuer issuer => $"the keys of {issuer.Authority}",
        _ => throw new UnreachableException(),
    };
}
