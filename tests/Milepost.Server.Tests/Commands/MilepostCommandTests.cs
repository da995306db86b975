using System.Net;
using System.Net.Sockets;
using Microsoft.IdentityModel.JsonWebTokens;
using Milepost.Server.Commands;
using SQLitePCL;

namespace Milepost.Server.Tests.Commands;

public sealed class MilepostCommandTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("serve")]
    [InlineData("demo")]
    [InlineData("migrate")]
    [InlineData("token")]
    [InlineData("config", "check")]
    [InlineData("dead-letters", "list")]
    [InlineData("dead-letters", "show")]
    [InlineData("dead-letters", "replay")]
    public async Task Every_verb_explains_itself_with_examples(params string[] verb)
    {
        var (exitCode, output, _) = await RunAsync([.. verb, "--help"]);

        exitCode.ShouldBe(0);
        output.ShouldContain("Description:");
        output.ShouldContain("Examples:");
        output.ShouldContain($"  milepost {string.Join(' ', verb)}");
    }

    [Theory]
    [InlineData("'milepost --help' tells", "srve")]
    [InlineData("'milepost token --help' tells", "token", "--tenant", "demo")]
    [InlineData("--lifetime must be a number with s, m, h or d", "token", "--tenant", "demo", "--sub", "c", "--lifetime", "1x")]
    [InlineData("--scope must be one of events:write", "token", "--tenant", "demo", "--sub", "c", "--scope", "root")]
    [InlineData("--tenant must be", "token", "--tenant", "Demo!", "--sub", "c")]
    [InlineData("--speed must be from 0.1 to 100", "demo", "--speed", "0")]
    [InlineData("Did you mean Storage:DataDirectory?", "serve", "--Storage:DataDir=x")]
    [InlineData("Did you mean Storage:DataDirectory?", "migrate", "--Storage:DataDir=x")]
    [InlineData("Did you mean Storage:DataDirectory?", "config", "check", "--Storage:DataDir=x")]
    public async Task Wrong_usage_says_what_to_do_and_ends_with_2(string advice, params string[] arguments)
    {
        var (exitCode, _, error) = await RunAsync(arguments);

        exitCode.ShouldBe(2);
        error.ShouldContain(advice);
    }

    [Fact]
    public async Task No_verb_shows_the_verbs_and_ends_with_2()
    {
        var (exitCode, output, _) = await RunAsync();

        exitCode.ShouldBe(2);
        output.ShouldContain("serve");
    }

    [Fact]
    public async Task Token_prints_the_token_and_nothing_else()
    {
        var (exitCode, output, error) = await RunAsync(
            "token", "--tenant", "demo", "--sub", "@customer", "--scope", "events:write", "--scope", "operator", "--lifetime", "2d", Data());

        exitCode.ShouldBe(0);
        error.ShouldBeEmpty();
        output.Trim().Split('\n').ShouldHaveSingleItem();
        var token = new JsonWebToken(output.Trim());
        token.Subject.ShouldBe("@customer");
        token.GetClaim("scope").Value.ShouldBe("events:write operator");
        (token.ValidTo - token.IssuedAt).ShouldBe(TimeSpan.FromDays(2));
    }

    [Fact]
    public async Task Token_is_refused_where_an_issuer_signs()
    {
        var (exitCode, output, error) = await RunAsync("token", "--tenant", "demo", "--sub", "c", "--Auth:Authority=https://login.example", Data());

        exitCode.ShouldBe(1);
        output.ShouldBeEmpty();
        error.ShouldContain("https://login.example (Auth:Authority); get one there");
    }

    [Fact]
    public async Task Config_check_shows_values_origins_and_no_secrets()
    {
        var (exitCode, output, _) = await RunAsync("config", "check", "--Auth:SigningKey=0123456789abcdef0123456789abcdef", "--Ingest:QueueLimit", "4321");

        exitCode.ShouldBe(0);
        output.ShouldContain("4321");
        output.ShouldContain("command line");
        output.ShouldContain("Gateway:PollSeconds");
        output.ShouldContain("********");
        output.ShouldNotContain("0123456789abcdef");
    }

    [Theory]
    [InlineData("serve", "--urls", "http://127.0.0.1:0", "--Storage:DataDirectory")]
    [InlineData("migrate", "--Storage:DataDirectory")]
    [InlineData("demo", "--urls", "http://127.0.0.1:0", "--data-directory")]
    public async Task Data_of_a_newer_version_is_refused_in_words(params string[] command)
    {
        Batteries_V2.Init();
        raw.sqlite3_open(Path.Combine(_directory.Path, "milepost.db"), out var database).ShouldBe(raw.SQLITE_OK);
        raw.sqlite3_exec(database, "PRAGMA user_version = 999").ShouldBe(raw.SQLITE_OK);
        database.Dispose();

        var (exitCode, output, error) = await RunAsync([.. command, _directory.Path]);

        exitCode.ShouldBe(1);
        (output + error).ShouldContain("It was written by a newer version: run that one.");
        error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task An_unusable_data_directory_is_an_error_in_words()
    {
        var file = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(file, "");

        var (exitCode, _, error) = await RunAsync("token", "--tenant", "demo", "--sub", "c", $"--Storage:DataDirectory={file}");

        exitCode.ShouldBe(1);
        error.ShouldStartWith("error: ");
        error.ShouldNotContain("   at ");
    }

    [Theory]
    [InlineData("serve")]
    [InlineData("demo")]
    public async Task A_taken_port_is_told_in_one_line(string verb)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var (exitCode, _, error) = await RunAsync(verb, "--urls", $"http://localhost:{((IPEndPoint)other.LocalEndpoint).Port}");

        exitCode.ShouldBe(1);
        error.ShouldContain("is in use by another program. Choose another address with --urls");
        error.Trim().ShouldNotContain('\n');
    }

    private string Data() => $"--Storage:DataDirectory={_directory.Path}";

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await MilepostCommand.RunAsync(arguments, output, error, TestContext.Current.CancellationToken);
        return (exitCode, output.ToString(), error.ToString());
    }
}
