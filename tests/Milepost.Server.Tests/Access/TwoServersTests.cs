using System.Net;
using System.Net.Http.Json;
using System.Text;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;
using Milepost.Server.Tests.Gateway;
using Milepost.Testing;

namespace Milepost.Server.Tests.Access;

public sealed class TwoServersTests
{
    private const string Poll = "/api/v1/poll?streams=notifications&ticket=";

    [Fact]
    public async Task A_ticket_from_one_is_redeemed_on_the_other_once()
    {
        await using var servers = await TwoServers.StartAsync();
        var ticket = await TicketAsync(servers.First);
        (await RedeemAsync(servers.Second, ticket)).ShouldBe(HttpStatusCode.OK);
        (await RedeemAsync(servers.Second, ticket)).ShouldBe(HttpStatusCode.Unauthorized);
        (await RedeemAsync(servers.First, ticket)).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_Redis_tickets_work_where_they_were_given_out()
    {
        await using var servers = await TwoServers.StartAsync();
        var lost = await TicketAsync(servers.First);
        await servers.Redis.KillAsync();
        (await RedeemAsync(servers.Second, lost)).ShouldBe(HttpStatusCode.Unauthorized);
        await servers.RedisIsAsync(healthy: false);
        var ticket = await TicketAsync(servers.First);
        (await RedeemAsync(servers.Second, ticket)).ShouldBe(HttpStatusCode.Unauthorized);
        (await RedeemAsync(servers.First, ticket)).ShouldBe(HttpStatusCode.OK);

        await servers.Redis.RestartAsync();
        await servers.RedisIsAsync(healthy: true);
        (await RedeemAsync(servers.Second, await TicketAsync(servers.First))).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_customer_has_one_budget_on_both()
    {
        await using var servers = await TwoServers.StartAsync(settings => settings.Limits.CustomerRequestsPerMinute = 20);
        TestServer[] nodes = [servers.First, servers.Second];
        var statuses = new List<HttpStatusCode>();
        for (var request = 0; request < 30; request++)
        {
            using var http = nodes[request % 2].Http(TestServer.Token("anna"));
            statuses.Add((await http.GetAsync("/api/v1/acme/orders")).StatusCode);
        }

        // A minute fills it; a slow machine may see one or two of those.
        statuses.Count(status => status == HttpStatusCode.OK).ShouldBeInRange(20, 24);
        statuses.Count(status => status == HttpStatusCode.TooManyRequests).ShouldBeInRange(6, 10);
    }

    [Fact]
    public async Task What_is_revoked_on_one_closes_connections_on_both_and_leaves_everybody_else()
    {
        await using var servers = await TwoServers.StartAsync();
        var token = TestServer.Token("anna");
        await using var here = await OpenAsync(servers.First, token);
        await using var there = await OpenAsync(servers.Second, token);
        await using var bob = await OpenAsync(servers.Second, TestServer.Token("bob"));
        await RevokeAsync(servers.First, "anna");
        (await here.CloseCodeAsync()).ShouldBe(CloseCode.Unauthorized.Number);
        (await there.CloseCodeAsync()).ShouldBe(CloseCode.Unauthorized.Number);
        foreach (var server in (TestServer[])[servers.First, servers.Second])
        {
            using var http = server.Http(token);
            (await http.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await bob.SendAsync("""{"type":"ping"}""");
        await bob.NextAsync("pong");
    }

    [Fact]
    public async Task Without_Redis_the_other_learns_of_a_revocation_from_the_store()
    {
        await using var servers = await TwoServers.StartAsync();
        await servers.Redis.KillAsync();
        var token = TestServer.Token("anna");
        await using var there = await OpenAsync(servers.Second, token);
        await RevokeAsync(servers.First, "anna");
        (await there.CloseCodeAsync()).ShouldBe(CloseCode.Unauthorized.Number);
        using var http = servers.Second.Http(token);
        (await http.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static async Task<LiveSocket> OpenAsync(TestServer server, string token)
    {
        var socket = await LiveSocket.OpenAsync(server, "/ws/notifications", token);
        await socket.NextAsync("ready");
        return socket;
    }

    private static async Task RevokeAsync(TestServer server, string subject)
    {
        using var http = server.Http(TestServer.Token("root", "admin"));
        using var body = new StringContent($$"""{"subject":"{{subject}}"}""", Encoding.UTF8, "application/json");
        (await http.PostAsync("/api/v1/acme/admin/revocations", body).Soon()).StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    private static async Task<string> TicketAsync(TestServer server)
    {
        using var http = server.Http(TestServer.Token("anna"));
        using var answer = await http.PostAsync("/api/v1/acme/realtime/tickets", null).Soon();
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        return (await answer.JsonAsync<TicketReply>())!.Ticket;
    }

    private static async Task<HttpStatusCode> RedeemAsync(TestServer server, string ticket)
    {
        using var http = server.Http(null);
        using var answer = await http.GetAsync(Poll + ticket).Soon();
        if (answer.StatusCode == HttpStatusCode.Unauthorized)
        {
            (await answer.ProblemAsync()).Code.ShouldBe("invalid_ticket");
        }

        return answer.StatusCode;
    }
}
