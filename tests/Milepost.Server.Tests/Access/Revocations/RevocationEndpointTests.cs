using System.Net;
using System.Text;
using Milepost.Protocol.Access;
using Milepost.Protocol.Streams;
using Milepost.Server.Hosting;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;
using Milepost.Server.Tests.Gateway;
using Milepost.Testing;

namespace Milepost.Server.Tests.Access.Revocations;

public sealed class RevocationEndpointTests : IAsyncLifetime
{
    private const string Path = "/api/v1/acme/admin/revocations";
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Every_token_issued_before_ends_and_a_new_one_is_good()
    {
        string old = TokenOf("anna", TimeSpan.FromSeconds(-10)), next = TokenOf("anna", TimeSpan.FromSeconds(10));
        await RevokeAsync("""{"subject":"anna","reason":"lost phone"}""");
        (await StatusAsync(old)).ShouldBe(HttpStatusCode.Unauthorized);
        (await StatusAsync(next)).ShouldBe(HttpStatusCode.OK);
        (await StatusAsync(TokenOf("bob", TimeSpan.FromSeconds(-10)))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_writer_s_token_that_is_remembered_ends_too()
    {
        var token = TestServer.Token("shop", "events:write");
        using var shop = _server.Http(token);
        (await shop.PostAsync("/api/v1/acme/events", Event())).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        await RevokeAsync("""{"subject":"shop"}""");
        (await shop.PostAsync("/api/v1/acme/events", Event())).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Tickets_and_renewals_with_revoked_credentials_are_refused()
    {
        var token = TestServer.Token("anna");
        using var anna = _server.Http(token);
        var ticket = (await (await anna.PostAsync("/api/v1/acme/realtime/tickets", null)).JsonAsync<TicketReply>())!.Ticket;
        await using var socket = await LiveSocket.OpenAsync(_server, "/ws/notifications", TokenOf("anna", TimeSpan.FromSeconds(10)));
        await socket.NextAsync("ready");
        await RevokeAsync("""{"subject":"anna"}""");
        using var nobody = _server.Http(null);
        using var answer = await nobody.GetAsync($"/api/v1/poll?streams=notifications&ticket={ticket}");
        (answer.StatusCode, (await answer.ProblemAsync()).Code).ShouldBe((HttpStatusCode.Unauthorized, "invalid_ticket"));
        await socket.SendAsync($$"""{"type":"token","token":"{{token}}"}""");
        (await socket.UntilAsync("error")).Code.ShouldBe("unauthorized");
    }

    [Fact]
    public async Task An_event_stream_is_told_that_it_must_not_come_back()
    {
        using var http = _server.Http(TestServer.Token("anna"));
        using var stream = new StreamReader(await http.GetStreamAsync("/api/v1/sse?streams=notifications").Soon());
        (await stream.ReadLineAsync().Soon()).ShouldNotBeNull();
        await RevokeAsync("""{"subject":"anna"}""");
        var rest = await stream.ReadToEndAsync().Soon();
        rest.ShouldContain("\"code\":\"unauthorized\"");
        rest.ShouldContain("\"retry\":false");
    }

    [Fact]
    public async Task The_list_is_newest_first_in_pages_and_the_tenant_s_own()
    {
        foreach (var subject in (string[])["a", "b", "c"])
        {
            await RevokeAsync($$"""{"subject":"{{subject}}","reason":"r-{{subject}}"}""");
        }

        using var admin = Admin();
        var first = (await (await admin.GetAsync(Path + "?limit=2")).JsonAsync<RevocationPage>())!;
        first.Items.Select(row => (row.Subject, row.Reason)).ShouldBe([("c", "r-c"), ("b", "r-b")]);
        var second = (await (await admin.GetAsync($"{Path}?limit=2&cursor={first.Next}")).JsonAsync<RevocationPage>())!;
        second.Items.Select(row => row.Subject).ShouldBe(["a"]);
        second.Next.ShouldBeNull();
        using var other = _server.Http(TestServer.TokenFor("globex", "root", TimeSpan.FromHours(1), "admin"));
        (await (await other.GetAsync("/api/v1/globex/admin/revocations")).JsonAsync<RevocationPage>())!.Items.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{", "malformed_json", null)]
    [InlineData("[]", "malformed_json", null)]
    [InlineData("null", "missing_field", "subject")]
    [InlineData("{}", "missing_field", "subject")]
    [InlineData("""{"subject":"a/b"}""", "invalid_field", "subject")]
    [InlineData("""{"subject":""}""", "invalid_field", "subject")]
    public async Task A_bad_request_is_told_what_is_wrong(string body, string code, string? field)
    {
        using var admin = Admin();
        using var answer = await admin.PostAsync(Path, Json(body));
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var problem = await answer.ProblemAsync();
        (problem.Code, problem.Field).ShouldBe((code, field));
    }

    [Fact]
    public async Task A_reason_has_an_end()
    {
        using var admin = Admin();
        (await admin.PostAsync(Path, Json($$"""{"subject":"a","reason":"{{new string('r', 200)}}"}"""))).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await (await admin.PostAsync(Path, Json($$"""{"subject":"a","reason":"{{new string('r', 201)}}"}"""))).ProblemAsync()).Field.ShouldBe("reason");
    }

    [Theory]
    [InlineData(366, HttpStatusCode.OK)]
    [InlineData(367, HttpStatusCode.Unauthorized)]
    public async Task A_token_that_lives_longer_than_revocations_are_remembered_is_refused(int days, HttpStatusCode status) =>
        (await StatusAsync(TestServer.TokenFor(TestServer.Tenant, "anna", TimeSpan.FromDays(days)))).ShouldBe(status);

    [Theory]
    [InlineData(20, HttpStatusCode.OK)]
    [InlineData(40, HttpStatusCode.Unauthorized)]
    public async Task A_token_issued_in_the_future_is_refused_beyond_the_skew(int seconds, HttpStatusCode status) =>
        (await StatusAsync(TokenOf("anna", TimeSpan.FromSeconds(seconds)))).ShouldBe(status);

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static StringContent Event() => new("{}", Encoding.UTF8, new System.Net.Http.Headers.MediaTypeHeaderValue("application/cloudevents+json"));

    /// <summary>A token issued so long from now.</summary>
    private static string TokenOf(string subject, TimeSpan issued) =>
        new TokenMinter(TestServer.Key, "", new FakeClock(TimeProvider.System.GetUtcNow() + issued)).Mint(new TokenRequest(TestServer.Tenant, subject, [], TimeSpan.FromHours(1)));

    private HttpClient Admin() => _server.Http(TestServer.Token("root", "admin"));

    private async Task RevokeAsync(string body)
    {
        using var admin = Admin();
        using var answer = await admin.PostAsync(Path, Json(body)).Soon();
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var http = _server.Http(token);
        using var answer = await http.GetAsync("/api/v1/acme/orders").Soon();
        return answer.StatusCode;
    }
}
