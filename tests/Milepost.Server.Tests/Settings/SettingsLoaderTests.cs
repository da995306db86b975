using Milepost.Server.Settings;

namespace Milepost.Server.Tests.Settings;

public sealed class SettingsLoaderTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Nothing_set_is_a_complete_configuration()
    {
        var settings = Loaded(Load()).Settings;

        settings.Storage.Provider.ShouldBe("sqlite");
        settings.Storage.DataDirectory.ShouldBe(Path.Combine(_directory.Path, "data"));
        settings.Urls.ShouldBe(["http://localhost:5080"]);
        settings.Gateway.AllowedOrigins.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, null, null, 20_000, "default")]
    [InlineData("1001", null, null, 1001, "appsettings.json")]
    [InlineData("1001", "1002", null, 1002, "environment")]
    [InlineData("1001", "1002", "1003", 1003, "command line")]
    [InlineData("1001", null, "1003", 1003, "command line")]
    public void The_later_source_wins(string? file, string? environment, string? argument, int expected, string origin)
    {
        if (file is not null)
        {
            WriteFile($$"""{ "Ingest": { "QueueLimit": {{file}} } }""");
        }

        var loaded = Loaded(Load(
            environment is null ? [] : [("MILEPOST__INGEST__QUEUELIMIT", environment)],
            argument is null ? [] : [$"--Ingest:QueueLimit={argument}"]));

        loaded.Settings.Ingest.QueueLimit.ShouldBe(expected);
        loaded.Effective.Single(setting => setting.Key == "Ingest:QueueLimit").Origin.ShouldBe(origin);
    }

    [Theory]
    [InlineData("--Ingest:QueueLimit=1234")]
    [InlineData("--ingest:queuelimit", "1234")]
    [InlineData("--INGEST:QUEUELIMIT=1234")]
    public void Arguments_are_read_in_both_forms_and_any_case(params string[] arguments) =>
        Loaded(Load([], arguments)).Settings.Ingest.QueueLimit.ShouldBe(1234);

    [Theory]
    [InlineData("--Storage:DataDir=/x", "Did you mean Storage:DataDirectory?")]
    [InlineData("--storage:data-directory=/x", "Did you mean Storage:DataDirectory?")]
    [InlineData("--Gatway:PublicUrl=http://x", "Did you mean Gateway:PublicUrl?")]
    [InlineData("--url=http://x", "Did you mean Urls?")]
    [InlineData("--Completely:Different=1", "'milepost config check' lists all settings.")]
    public void An_unknown_argument_is_refused_with_a_suggestion(string argument, string suggestion) =>
        Errors(Load([], [argument])).ShouldHaveSingleItem().ShouldEndWith(suggestion);

    [Fact]
    public void An_unknown_variable_with_our_prefix_is_refused_with_a_suggestion() =>
        Errors(Load([("MILEPOST__STORAGE__DATADIRECTRY", "/x"), ("PATH", "/bin"), ("STORAGE__NOTHING", "1")])).ShouldBe(
            ["MILEPOST__STORAGE__DATADIRECTRY (environment) is not a setting of Milepost. Did you mean Storage:DataDirectory?"]);

    [Fact]
    public void An_unknown_key_in_the_file_is_refused_except_in_sections_of_the_platform()
    {
        WriteFile("""{ "Logging": { "LogLevel": { "Default": "Debug" } }, "Kestrel": {}, "AllowedHosts": "*", "Auth": { "SigninKey": "x" }, "Redis": { "Url": "y" } }""");

        var errors = Errors(Load());

        errors.Count.ShouldBe(2);
        errors.ShouldContain("Auth:SigninKey (appsettings.json) is not a setting of Milepost. Did you mean Auth:SigningKey?");
        errors.ShouldContain(error => error.StartsWith("Redis:Url (appsettings.json) is not a setting", StringComparison.Ordinal));
    }

    [Fact]
    public void All_errors_come_at_once()
    {
        WriteFile("""{ "Ingest": { "QueueLimit": "many", "CommitLimit": 0 }, "Storage": { "Provider": "oracle", "DataDirectory": "" } }""");

        Errors(Load([("MILEPOST__AUTH__SIGNINGKEY", "too short")], ["--Gateway:AllowedOrigins=https://a.example/", "stray", "--urls", "nonsense"])).ShouldBe(
        [
            "'stray' is not expected here. Settings are written --Section:Key=value.",
            "Storage:Provider: must be sqlite or postgres, not 'oracle' (appsettings.json).",
            "Storage:DataDirectory: must not be empty (appsettings.json).",
            "Ingest:QueueLimit: must be a whole number, not 'many' (appsettings.json).",
            "Ingest:CommitLimit: must be from 1 to 10000, not '0' (appsettings.json).",
            "Urls: 'nonsense' is not an address to listen on, for example http://localhost:5080 or http://0.0.0.0:80.",
            "Auth:SigningKey: must have at least 32 characters, has 9. 'openssl rand -base64 48' makes a good one.",
            "Gateway:AllowedOrigins: 'https://a.example/' is not the form that browsers send. Write it as https://a.example.",
        ]);
    }

    [Theory]
    [InlineData("api", "Api")]
    [InlineData("worker, gateway", "Gateway, Worker")]
    [InlineData("API,Gateway,worker", "All")]
    public void Roles_are_read_in_any_order_and_case(string written, string expected)
    {
        string[] storage = ["--Storage:Provider=postgres", "--Storage:ConnectionString=Host=db;Database=milepost;Username=milepost"];

        var loaded = Loaded(Load([("MILEPOST__ROLES", written)], storage));

        loaded.Settings.Roles.ToString().ShouldBe(expected);
        loaded.Effective.Single(setting => setting.Key == "Roles").Origin.ShouldBe("environment");
    }

    [Theory]
    [InlineData("gatway", "Roles: 'gatway' is not a role. Did you mean gateway? The roles are api, gateway, worker.")]
    [InlineData("scheduler,api,gateway,worker", "Roles: 'scheduler' is not a role. The roles are api, gateway, worker.")]
    [InlineData(",", "Roles: needs at least one of api, gateway, worker.")]
    [InlineData("api,gateway", "Roles: api,gateway alone needs Storage:Provider=postgres, since several processes cannot share the embedded database. Leave Roles out to run everything in one process.")]
    public void Impossible_roles_are_refused(string roles, string error) =>
        Errors(Load([], ["--Roles", roles])).ShouldBe([error]);

    [Fact]
    public void A_broken_file_is_an_error_and_not_a_crash()
    {
        WriteFile("{ \"Auth\": ");

        Errors(Load()).ShouldHaveSingleItem().ShouldStartWith("appsettings.json cannot be read: ");
    }

    [Fact]
    public void A_list_is_written_in_one_value_or_by_index_and_the_stronger_source_replaces_it()
    {
        WriteFile("""{ "Gateway": { "AllowedOrigins": ["https://a.example", "https://b.example", "https://c.example"] } }""");

        Loaded(Load()).Settings.Gateway.AllowedOrigins.ShouldBe(["https://a.example", "https://b.example", "https://c.example"]);
        Loaded(Load([("MILEPOST__GATEWAY__ALLOWEDORIGINS__0", "https://d.example")])).Settings.Gateway.AllowedOrigins.ShouldBe(["https://d.example"]);
        Loaded(Load([], ["--Gateway:AllowedOrigins=https://e.example, https://f.example"])).Settings.Gateway.AllowedOrigins
            .ShouldBe(["https://e.example", "https://f.example"]);
    }

    [Fact]
    public void Secrets_are_masked_and_errors_do_not_quote_them()
    {
        const string secret = "0123456789abcdef0123456789abcdef";

        var shown = Loaded(Load([("MILEPOST__AUTH__SIGNINGKEY", secret)])).Effective;

        shown.Single(setting => setting.Key == "Auth:SigningKey").Value.ShouldBe("********");
        Errors(Load([("MILEPOST__AUTH__SIGNINGKEY", "my-secret")])).ShouldAllBe(error => !error.Contains("my-secret"));
    }

    [Fact]
    public void Every_option_explains_itself() =>
        OptionCatalog.Keys.Values.ShouldAllBe(option => option.Description.Length > 10);

    private SettingsResult Load((string Name, string Value)[]? environment = null, string[]? arguments = null) =>
        SettingsLoader.Load(new SettingsSources(
            _directory.Path,
            (environment ?? []).ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal),
            arguments ?? []));

    private void WriteFile(string json) => File.WriteAllText(Path.Combine(_directory.Path, "appsettings.json"), json);

    private static SettingsResult.Loaded Loaded(SettingsResult result) => result.ShouldBeOfType<SettingsResult.Loaded>();

    private static IReadOnlyList<string> Errors(SettingsResult result) => result.ShouldBeOfType<SettingsResult.Refused>().Errors;
}
