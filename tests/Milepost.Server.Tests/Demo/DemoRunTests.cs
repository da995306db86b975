using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Milepost.Core.Customers;
using Milepost.Server.Commands;
using Milepost.Server.Demo;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;

namespace Milepost.Server.Tests.Demo;

public sealed partial class DemoRunTests : IDisposable
{
    private const string AnyPort = "http://127.0.0.1:0";
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_server_takes_every_event_of_the_shop()
    {
        var problems = new List<string>();
        var tally = new DemoTally();
        await using var app = await StartAsync();
        using var http = DemoRun.Shop(app.Urls.First(), Minter());
        var start = TimeProvider.System.GetUtcNow();
        // At this speed an order lives about a second.
        var script = ShopScript.Generate(new ScriptOptions(Seed: 5, start, Speed: 100, OrdersPerMinute: 8)).Take(600);

        await new ShopPlayer(http, tally, problems.Add, TimeProvider.System).RunAsync(script, start, TestContext.Current.CancellationToken);

        problems.ShouldBeEmpty();
        tally.Counts.Rejected.ShouldBe(0);
        tally.Counts.Duplicates.ShouldBeGreaterThan(0);
        (tally.Counts.Posted + tally.Counts.Duplicates).ShouldBe(600);
    }

    [Fact]
    public async Task A_demo_tells_its_address_ends_when_asked_and_leaves_nothing_behind()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using var output = new SignallingWriter("Ctrl-C ends the demo");

        var running = MilepostCommand.RunAsync(["demo", "--urls", AnyPort], output, TextWriter.Null, ending.Token);
        await Task.WhenAny(output.Seen, running);
        await ending.CancelAsync();

        (await running).ShouldBe(0);
        output.ToString().ShouldContain("Open http://localhost:");
        Directory.Exists(DataDirectory().Match(output.ToString()).Groups["it"].Value).ShouldBeFalse();
    }

    [Fact]
    public async Task The_page_needs_nothing_from_elsewhere_and_nothing_inline()
    {
        await using var app = await StartAsync();
        using var http = Client(app);

        using var reply = await http.GetAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        var html = await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        reply.StatusCode.ShouldBe(HttpStatusCode.OK);
        reply.Headers.GetValues("Content-Security-Policy").ShouldHaveSingleItem().ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
        reply.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        reply.Headers.GetValues("Referrer-Policy").ShouldBe(["no-referrer"]);
        reply.Headers.CacheControl!.NoStore.ShouldBeTrue();
        html.ShouldNotContain(" style=");
        html.ShouldNotContain("<script>");
        var references = Reference().Matches(html).Select(match => match.Groups["it"].Value).ToList();
        references.Count.ShouldBeGreaterThan(4);
        foreach (var reference in references)
        {
            using var asset = await http.GetAsync(new Uri(reference, UriKind.Relative), TestContext.Current.CancellationToken);
            asset.StatusCode.ShouldBe(HttpStatusCode.OK, reference);
        }
    }

    [Fact]
    public async Task Every_imported_module_is_there_and_data_is_never_markup()
    {
        await using var app = await StartAsync();
        using var http = Client(app);
        var waiting = new Queue<string>(["app.js"]);
        var seen = new HashSet<string>(StringComparer.Ordinal);

        while (waiting.TryDequeue(out var module))
        {
            if (!seen.Add(module))
            {
                continue;
            }

            var text = await http.GetStringAsync(new Uri($"/demo/{module}", UriKind.Relative), TestContext.Current.CancellationToken);
            text.ShouldNotContain("innerHTML");
            foreach (Match import in Import().Matches(text))
            {
                waiting.Enqueue(import.Groups["it"].Value);
            }
        }

        seen.ShouldContain("live.js");
    }

    [Fact]
    public async Task Tokens_are_for_the_demos_customers_only()
    {
        await using var app = await StartAsync();
        using var http = Client(app);

        var people = await http.GetFromJsonAsync<DemoPerson[]>("/demo/customers", TestContext.Current.CancellationToken);
        var token = await TokenAsync(http, people![0].Id);

        people.Length.ShouldBe(8);
        var jwt = new JsonWebToken(token!.Token);
        jwt.Subject.ShouldBe(people[0].Id);
        jwt.GetClaim("tenant").Value.ShouldBe(token.Tenant);
        jwt.TryGetClaim("scope", out _).ShouldBeFalse();
        (await TokenAsync(http, "somebody-else")).ShouldBeNull();
    }

    [Fact]
    public async Task Messages_and_reasons_are_told_of_the_demos_customers_only()
    {
        await using var app = await StartAsync();
        using var http = Client(app);

        (await http.GetFromJsonAsync<DemoMessage[]>("/demo/outbox?customer=amira", TestContext.Current.CancellationToken)).ShouldBeEmpty();
        foreach (var address in (string[])["/demo/outbox?customer=somebody-else", "/demo/why?customer=somebody-else&notification=n", "/demo/why?customer=amira&notification=none"])
        {
            using var reply = await http.GetAsync(new Uri(address, UriKind.Relative), TestContext.Current.CancellationToken);
            reply.StatusCode.ShouldBe(HttpStatusCode.NotFound, address);
        }
    }

    [Fact]
    public async Task The_phones_of_the_demos_customers_are_registered()
    {
        await using var app = await StartAsync();

        await DemoPhones.RegisterAsync(app.Urls.First(), Minter(), TestContext.Current.CancellationToken);

        var customers = app.Services.GetRequiredService<ICustomerStore>();
        foreach (var customer in Cast.Customers)
        {
            var devices = (await customers.FindAsync(Cast.Tenant, customer.Id, TestContext.Current.CancellationToken))?.Devices ?? [];
            devices.Select(device => device.Id).ShouldBe(customer.HasApp ? [customer.Device] : []);
        }
    }

    private static async Task<DemoToken?> TokenAsync(HttpClient http, string customer)
    {
        using var reply = await http.PostAsJsonAsync("/demo/token", new { customer }, TestContext.Current.CancellationToken);
        return reply.IsSuccessStatusCode ? await reply.Content.ReadFromJsonAsync<DemoToken>(TestContext.Current.CancellationToken) : null;
    }

    private ServerSettings Settings() => DemoRun.LoadSettings(AnyPort, _directory.Path, fleet: null).ShouldBeOfType<SettingsResult.Loaded>().Settings;

    private async Task<WebApplication> StartAsync()
    {
        var app = MilepostServer.Build(Settings(), it => it.MapDemo(Minter(), city: null));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private TokenMinter Minter() => new(KeySource.Of(Settings()).SigningSecret!, audience: "", TimeProvider.System);

    private static HttpClient Client(WebApplication app) => new() { BaseAddress = new Uri(app.Urls.First()) };

    [GeneratedRegex("(?:src|href)=\"(?<it>/demo/[^\"]+)\"", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Reference();

    [GeneratedRegex("data (?<it>/[^ ,]+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DataDirectory();

    [GeneratedRegex("from '\\./(?<it>[^']+)'", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Import();

    /// <summary>Signals when a text has been written.</summary>
    private sealed class SignallingWriter(string awaited) : StringWriter
    {
        private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Seen => _seen.Task;

        public override void Write(string? value)
        {
            base.Write(value);
            Check();
        }

        public override void Write(char[] buffer, int index, int count)
        {
            base.Write(buffer, index, count);
            Check();
        }

        public override void Write(ReadOnlySpan<char> buffer)
        {
            base.Write(buffer);
            Check();
        }

        private void Check()
        {
            if (ToString().Contains(awaited, StringComparison.Ordinal))
            {
                _seen.TrySetResult();
            }
        }
    }
}
