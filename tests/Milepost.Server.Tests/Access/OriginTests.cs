using System.Net;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;

namespace Milepost.Server.Tests.Access;

public sealed class OriginTests
{
    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("https://shop.example.evil.example")]
    [InlineData("https://evil-shop.example")]
    [InlineData("https://sub.shop.example")]
    [InlineData("http://shop.example")]
    [InlineData("https://shop.example:8443")]
    [InlineData("https://shop.example/")]
    [InlineData("HTTPS://SHOP.EXAMPLE")]
    [InlineData("https://shop.example, https://evil.example")]
    [InlineData("https://shop.example\u00e9")]
    [InlineData("*")]
    public async Task A_page_of_another_origin_gets_nothing(string origin)
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(TestServer.Token("c-1"));
        foreach (var (method, path) in ((HttpMethod, string)[])[(HttpMethod.Get, "/api/v1/acme/orders"), (HttpMethod.Options, "/api/v1/acme/orders"), (HttpMethod.Get, "/ws"), (HttpMethod.Get, "/healthz/live")])
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.TryAddWithoutValidation("Origin", origin);
            if (origin.Any(letter => letter > 127))
            {
                await Should.ThrowAsync<HttpRequestException>(() => http.SendAsync(request));
                continue;
            }

            using var answer = await http.SendAsync(request);
            answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await answer.ProblemAsync()).Code.ShouldBe("origin_not_allowed");
            answer.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_gets_its_cors_headers_also_on_errors()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(TestServer.Token("c-1"));
        foreach (var path in (string[])["/api/v1/acme/orders", "/api/v1/acme/orders/none", "/nowhere"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Origin", "https://shop.example");
            using var answer = await http.SendAsync(request);
            answer.Headers.GetValues("Access-Control-Allow-Origin").ShouldBe(["https://shop.example"]);
            answer.Headers.Vary.ShouldContain("Origin");
            answer.Headers.Contains("Access-Control-Allow-Credentials").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_preflight_is_answered_without_credentials()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(null);
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/acme/notifications/read-all");
        request.Headers.Add("Origin", "https://shop.example");
        request.Headers.Add("Access-Control-Request-Method", "PUT");
        using var answer = await http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        answer.Headers.GetValues("Access-Control-Allow-Methods").Single().ShouldContain("PUT");
        answer.Headers.GetValues("Access-Control-Allow-Headers").Single().ShouldContain("Authorization");
    }

    [Fact]
    public async Task The_server_s_own_pages_and_callers_that_are_no_page_are_let_in()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(TestServer.Token("c-1"));
        (await http.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/acme/orders");
        request.Headers.Add("Origin", $"http://localhost:{server.Address.Port}");
        (await http.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }
}
