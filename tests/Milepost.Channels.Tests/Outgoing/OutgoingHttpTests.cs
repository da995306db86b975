using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Milepost.Server.Outgoing;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Outgoing;

public sealed class OutgoingHttpTests
{
    private static readonly OutgoingRules OneAddress = OutgoingRules.Of(new OutgoingOptions { AllowPrivate = ["127.0.0.1"], AllowHttp = true, Ports = ["*"] });

    [Fact]
    public async Task An_allowed_address_is_called()
    {
        await using var server = await PlainServer.StartAsync(context => context.Response.WriteAsync("hello"));
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), TimeProvider.System);
        var answer = (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/")).ShouldBeOfType<OutgoingAnswer.Answered>();
        answer.IsSuccess.ShouldBeTrue();
        Encoding.UTF8.GetString(answer.Body.Span).ShouldBe("hello");
        server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_and_nothing_is_connected()
    {
        await using var server = await PlainServer.StartAsync(context => context.Response.WriteAsync("secret"));
        using var http = new OutgoingHttp(OutgoingRules.Default with { AllowHttp = true, Ports = null }, Resolves("127.0.0.1"), TimeProvider.System);
        (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/")).ShouldBeOfType<OutgoingAnswer.AddressRefused>();
        server.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task A_name_that_changes_between_two_calls_is_checked_each_time()
    {
        // Both addresses answer; only the first is allowed.
        await using var server = await PlainServer.StartAsync(context =>
        {
            context.Response.Headers.Connection = "close";
            return context.Response.WriteAsync("secret");
        });
        var answers = new Queue<string>(["127.0.0.1", "127.0.0.2"]);
        using var http = new OutgoingHttp(OneAddress, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(answers.Dequeue())]), TimeProvider.System);
        (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/")).ShouldBeOfType<OutgoingAnswer.Answered>();
        (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/")).ShouldBeOfType<OutgoingAnswer.AddressRefused>();
        answers.ShouldBeEmpty();
        server.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task A_name_is_resolved_once_for_a_connection_so_that_nothing_can_change_behind_the_check()
    {
        await using var server = await PlainServer.StartAsync(context => context.Response.WriteAsync("hello"));
        var asked = 0;
        using var http = new OutgoingHttp(OneAddress, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(++asked == 1 ? "127.0.0.1" : "127.0.0.2")]), TimeProvider.System);
        (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/")).ShouldBeOfType<OutgoingAnswer.Answered>();
        asked.ShouldBe(1);
        server.LocalAddress.ShouldBe(IPAddress.Loopback);
    }

    [Fact]
    public async Task Of_several_addresses_only_the_allowed_ones_are_called()
    {
        await using var server = await PlainServer.StartAsync(context => context.Response.WriteAsync("hello"));
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.2", "169.254.169.254", "127.0.0.1"), TimeProvider.System);
        (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/")).ShouldBeOfType<OutgoingAnswer.Answered>();
        server.LocalAddress.ShouldBe(IPAddress.Loopback);
    }

    [Fact]
    public async Task A_redirect_is_an_answer_and_is_not_followed()
    {
        await using var inner = await PlainServer.StartAsync(context => context.Response.WriteAsync("secret"));
        await using var server = await PlainServer.StartAsync(context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"http://127.0.0.1:{inner.Port}/latest/meta-data/";
            return Task.CompletedTask;
        });
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), TimeProvider.System);
        (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/")).ShouldBeOfType<OutgoingAnswer.Answered>().Status.ShouldBe(HttpStatusCode.TemporaryRedirect);
        inner.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("http://127.0.0.2:{0}/")]
    [InlineData("http://[::ffff:127.0.0.2]:{0}/")]
    [InlineData("http://[::1]:{0}/")]
    [InlineData("http://user@127.0.0.1:{0}/")]
    [InlineData("ftp://127.0.0.1:{0}/")]
    public async Task An_address_that_breaks_the_rules_is_refused_when_it_is_called(string url)
    {
        await using var server = await PlainServer.StartAsync(context => context.Response.WriteAsync("secret"));
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), TimeProvider.System);
        (await PostAsync(http, url.Replace("{0}", server.Port.ToString(), StringComparison.Ordinal))).ShouldBeOfType<OutgoingAnswer.AddressRefused>();
        server.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task An_endless_answer_is_cut()
    {
        await using var server = await PlainServer.StartAsync(async context =>
        {
            var block = new byte[16 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(block);
            }
        });
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), TimeProvider.System);
        (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/").Soon()).ShouldBeOfType<OutgoingAnswer.Answered>().Body.Length.ShouldBe(HttpExchange.MaxAnswerBytes);
    }

    [Fact]
    public async Task No_cookie_comes_back_and_no_trace_goes_out()
    {
        var seen = new List<string>();
        await using var server = await PlainServer.StartAsync(context =>
        {
            seen.Add(string.Join(' ', context.Request.Headers.Keys));
            context.Response.Headers.SetCookie = "a=b";
            return Task.CompletedTask;
        });
        using var activity = new System.Diagnostics.Activity("test").Start();
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), TimeProvider.System);
        await PostAsync(http, $"http://hooks.shop.example:{server.Port}/");
        await PostAsync(http, $"http://hooks.shop.example:{server.Port}/");
        seen.ShouldBe(["Host Content-Type Content-Length", "Host Content-Type Content-Length"]);
    }

    [Fact]
    public async Task A_server_that_is_not_there_was_surely_not_reached()
    {
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), TimeProvider.System);
        (await PostAsync(http, $"http://hooks.shop.example:{FreePort.Take()}/")).ShouldBeOfType<OutgoingAnswer.NotReached>();
        using var nameless = new OutgoingHttp(OneAddress, (_, _) => throw new SocketException((int)SocketError.HostNotFound), TimeProvider.System);
        (await PostAsync(nameless, "http://nothing.shop.example/")).ShouldBeOfType<OutgoingAnswer.NotReached>();
    }

    [Fact]
    public async Task A_connection_that_ends_behind_the_message_leaves_it_open_whether_it_arrived()
    {
        await using var server = await PlainServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Abort();
        });
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), TimeProvider.System);
        (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/")).ShouldBeOfType<OutgoingAnswer.Lost>();
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_not_waited_for_longer_than_the_limit()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PlainServer.StartAsync(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var clock = new FakeClock();
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), clock);
        var answer = PostAsync(http, $"http://hooks.shop.example:{server.Port}/");
        await arrived.Task.Soon();
        clock.Advance(HttpExchange.Limit);
        (await answer.Soon()).ShouldBeOfType<OutgoingAnswer.Lost>();
    }

    [Fact]
    public async Task Who_cancels_is_told_so()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PlainServer.StartAsync(context =>
        {
            arrived.SetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var cancel = new CancellationTokenSource();
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), TimeProvider.System);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://hooks.shop.example:{server.Port}/");
        var answer = http.SendAsync(request, cancel.Token);
        await arrived.Task.Soon();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => answer.Soon());
    }

    [Theory]
    [InlineData("120", 120)]
    [InlineData("Sat, 21 Nov 2026 18:01:30 GMT", 90)]
    [InlineData("Sat, 21 Nov 2026 17:00:00 GMT", 0)]
    [InlineData("99999999", 86400)]
    [InlineData("soon", null)]
    [InlineData(null, null)]
    public async Task What_an_answer_asks_to_wait_is_read(string? header, int? seconds)
    {
        await using var server = await PlainServer.StartAsync(context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = header;
            return Task.CompletedTask;
        });
        using var http = new OutgoingHttp(OneAddress, Resolves("127.0.0.1"), TimeProvider.System);
        var answer = (await PostAsync(http, $"http://hooks.shop.example:{server.Port}/")).ShouldBeOfType<OutgoingAnswer.Answered>();
        answer.RetryAfter(new FakeClock()).ShouldBe(seconds is { } some ? TimeSpan.FromSeconds(some) : null);
    }

    private static NameResolver Resolves(params string[] addresses) => (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());

    private static async Task<OutgoingAnswer> PostAsync(OutgoingHttp http, string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent("content") };
        return await http.SendAsync(request, CancellationToken.None);
    }
}
