using System.Globalization;
using Microsoft.AspNetCore.Http;
using Milepost.Server.Logistics;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>The client against a real server that misbehaves in one way at a time.</summary>
public sealed class LogisticsClientTests
{
    private const string Card = """{"id":"d-7","name":"Ana Lima","photoUrl":"https://cdn.example/a.png","vehicle":{"kind":"van","description":"white","plate":"B-AB 1"},"rating":4.5,"phone":"+4930123456","updatedAt":"2026-11-20T08:00:00Z","new":{"x":[1]}}""";
    private static readonly string Eta = $$"""{"orderId":"o-1","driverId":"d-7","version":3,"at":"{{Soon(10)}}","from":"{{Soon(8)}}","to":"{{Soon(15)}}","stopsBefore":2,"reason":"traffic","confidence":"high","calculatedAt":"{{Soon(0)}}"}""";

    [Fact]
    public async Task A_card_is_read_with_all_it_says_and_asked_for_with_the_token()
    {
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, Card, "\"1\""));
        using var it = new ClientUnderTest(service.Url);
        var card = (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).ShouldBeOfType<LogisticsRead<DriverCard>.Found>().Document;
        (card.Name, card.PhotoUrl, card.Vehicle, card.Rating, card.Phone).ShouldBe(("Ana Lima", "https://cdn.example/a.png", new DriverVehicle("van", "white", "B-AB 1"), 4.5, "+4930123456"));
        var asked = service.Asked.Single();
        asked.Path.ShouldBe("/v1/acme/fleet-members/d-7");
        asked.Headers["Authorization"].ShouldBe($"Bearer {ClientUnderTest.Token}");
        asked.Headers.ContainsKey("traceparent").ShouldBeFalse();
    }

    [Fact]
    public async Task What_did_not_change_is_not_sent_again()
    {
        await using var service = await ScriptedService.StartAsync(context =>
        {
            if (context.Request.Headers.IfNoneMatch == "\"v1\"")
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            return ScriptedService.JsonAsync(context, Card, "\"v1\"");
        });
        using var it = new ClientUnderTest(service.Url);
        var first = await it.Client.DriverAsync("acme", "d-7", CancellationToken.None);
        (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).ShouldBe(first);
        service.Asked.Last().Headers["If-None-Match"].ShouldBe("\"v1\"");
    }

    [Fact]
    public async Task Tags_and_documents_of_tenants_are_apart()
    {
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, Card, "\"v1\""));
        using var it = new ClientUnderTest(service.Url);
        await it.Client.DriverAsync("acme", "d-7", CancellationToken.None);
        await it.Client.DriverAsync("globex", "d-7", CancellationToken.None);
        service.Asked.Select(asked => asked.Headers.ContainsKey("If-None-Match")).ShouldBe([false, false]);
        (await it.Client.DriverAsync("unknown", "d-7", CancellationToken.None)).ShouldBeOfType<LogisticsRead<DriverCard>.None>();
        service.Asked.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("name", "\"Ana Lima\"", "17")]
    [InlineData("name", "\"Ana Lima\"", "\"\"")]
    [InlineData("name", "\"Ana Lima\"", "null")]
    [InlineData("name", "\"Ana Lima\"", "\"a\\u0000b\"")]
    [InlineData("name", "\"Ana Lima\"", "\"\\ud800\"")]
    [InlineData("id", "\"d-7\"", "\"d-8\"")]
    [InlineData("photoUrl", "\"https://cdn.example/a.png\"", "\"javascript:alert(1)\"")]
    [InlineData("photoUrl", "\"https://cdn.example/a.png\"", "\"https://user:pw@cdn.example/a.png\"")]
    [InlineData("photoUrl", "\"https://cdn.example/a.png\"", "\"/a.png\"")]
    [InlineData("rating", "4.5", "5.1")]
    [InlineData("rating", "4.5", "\"4.5\"")]
    [InlineData("rating", "4.5", "1e999")]
    [InlineData("phone", "\"+4930123456\"", "\"030 123456\"")]
    [InlineData("updatedAt", "\"2026-11-20T08:00:00Z\"", "\"2026-11-20T08:00:00\"")]
    [InlineData("updatedAt", "\"2026-11-20T08:00:00Z\"", "\"2099-11-20T08:00:00Z\"")]
    [InlineData("updatedAt", "\"2026-11-20T08:00:00Z\"", "1763625600")]
    [InlineData("vehicle", "{\"kind\":\"van\",\"description\":\"white\",\"plate\":\"B-AB 1\"}", "[]")]
    public async Task A_document_that_is_wrong_in_one_member_is_not_used_and_the_last_good_one_stays(string member, string good, string bad)
    {
        var body = Card;
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, body));
        using var it = new ClientUnderTest(service.Url);
        await it.Client.DriverAsync("acme", "d-7", CancellationToken.None);
        body = Card.Replace($"\"{member}\":{good}", $"\"{member}\":{bad}", StringComparison.Ordinal);
        body.ShouldNotBe(Card);
        var read = (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).ShouldBeOfType<LogisticsRead<DriverCard>.Unknown>();
        read.Last!.Name.ShouldBe("Ana Lima");
    }

    [Fact]
    public async Task A_vehicle_of_a_new_kind_is_another_one()
    {
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, Card.Replace("\"van\"", "\"drone\"", StringComparison.Ordinal)));
        using var it = new ClientUnderTest(service.Url);
        (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).Known!.Vehicle!.Kind.ShouldBe("other");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"id\":\"d-7\",\"id\":\"d-7\",\"name\":\"A\",\"updatedAt\":\"2026-11-20T08:00:00Z\"}")]
    [InlineData("<html>")]
    public async Task What_is_no_object_is_not_used(string body)
    {
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, body));
        using var it = new ClientUnderTest(service.Url);
        (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).ShouldBe(new LogisticsRead<DriverCard>.Unknown(null));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_too_large_is_not_read_to_its_end(bool saysItsLength)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await ScriptedService.StartAsync(async context =>
        {
            if (saysItsLength)
            {
                context.Response.ContentLength = 1L << 40;
            }

            try
            {
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(new byte[16 * 1024], context.RequestAborted);
                }
            }
            catch (OperationCanceledException)
            {
                // The client has hung up.
            }

            ended.SetResult();
        });
        using var it = new ClientUnderTest(service.Url);
        (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None).Soon()).ShouldBe(new LogisticsRead<DriverCard>.Unknown(null));
        await ended.Task.Soon();
    }

    [Theory]
    [InlineData("\"at\"", "-20160")]
    [InlineData("\"at\"", "60000")]
    [InlineData("\"calculatedAt\"", "60")]
    [InlineData("\"from\"", "12")]
    [InlineData("\"to\"", "5")]
    public async Task Times_that_cannot_be_are_refused(string member, string minutes)
    {
        var bad = Soon(int.Parse(minutes, CultureInfo.InvariantCulture));
        var body = System.Text.RegularExpressions.Regex.Replace(Eta, $"{member}:\"[^\"]*\"", $"{member}:\"{bad}\"", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, body));
        using var it = new ClientUnderTest(service.Url);
        (await it.Client.EtaAsync("acme", "o-1", CancellationToken.None)).ShouldBe(new LogisticsRead<LogisticsEta>.Unknown(null));
    }

    [Fact]
    public async Task An_estimate_is_read_with_all_it_says()
    {
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, Eta));
        using var it = new ClientUnderTest(service.Url);
        var eta = (await it.Client.EtaAsync("acme", "o-1", CancellationToken.None)).Known!;
        (eta.DriverId, eta.Version, eta.StopsBefore, eta.Reason, eta.Confidence).ShouldBe(("d-7", 3L, 2, "traffic", "high"));
        (eta.To - eta.From).ShouldBe(TimeSpan.FromMinutes(7));
    }

    [Fact]
    public async Task None_is_none_and_what_was_known_is_forgotten()
    {
        var gone = false;
        await using var service = await ScriptedService.StartAsync(context =>
        {
            context.Response.StatusCode = gone ? StatusCodes.Status404NotFound : StatusCodes.Status200OK;
            return gone ? Task.CompletedTask : ScriptedService.JsonAsync(context, Eta, "\"e\"");
        });
        using var it = new ClientUnderTest(service.Url);
        await it.Client.EtaAsync("acme", "o-1", CancellationToken.None);
        gone = true;
        (await it.Client.EtaAsync("acme", "o-1", CancellationToken.None)).ShouldBeOfType<LogisticsRead<LogisticsEta>.None>();
        gone = false;
        await it.Client.EtaAsync("acme", "o-1", CancellationToken.None);
        service.Asked.Last().Headers.ContainsKey("If-None-Match").ShouldBeFalse();
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_service_that_stumbles_once_is_asked_again_at_once(int status)
    {
        var times = 0;
        await using var service = await ScriptedService.StartAsync(context =>
        {
            if (Interlocked.Increment(ref times) == 1)
            {
                context.Response.StatusCode = status;
                return Task.CompletedTask;
            }

            return ScriptedService.JsonAsync(context, Card);
        });
        using var it = new ClientUnderTest(service.Url);
        (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).ShouldBeOfType<LogisticsRead<DriverCard>.Found>();
        times.ShouldBe(2);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Who_asks_to_wait_is_left_alone_for_as_long_and_other_tenants_are_not(int status)
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        var isBusy = true;
        await using var service = await ScriptedService.StartAsync(context =>
        {
            if (isBusy && context.Request.Path.StartsWithSegments("/v1/acme", StringComparison.Ordinal))
            {
                context.Response.StatusCode = status;
                context.Response.Headers.RetryAfter = "7";
                return Task.CompletedTask;
            }

            return ScriptedService.JsonAsync(context, Card);
        });
        using var it = new ClientUnderTest(service.Url, clock);
        (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).ShouldBeOfType<LogisticsRead<DriverCard>.Unknown>();
        isBusy = false;
        it.Client.Resting.ShouldBe(1);
        clock.Advance(TimeSpan.FromSeconds(6.9));
        (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).ShouldBeOfType<LogisticsRead<DriverCard>.Unknown>();
        service.Asked.Count.ShouldBe(1);
        (await it.Client.DriverAsync("globex", "d-7", CancellationToken.None)).ShouldBeOfType<LogisticsRead<DriverCard>.Found>();
        clock.Advance(TimeSpan.FromSeconds(0.2));
        (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).ShouldBeOfType<LogisticsRead<DriverCard>.Found>();
        it.Client.Resting.ShouldBe(0);
    }

    [Fact]
    public async Task A_service_that_is_too_slow_is_not_waited_for()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await ScriptedService.StartAsync();
        service.Answer = async context =>
        {
            // Headers and half a body: the limit is for all of it.
            await context.Response.WriteAsync("{\"id\":");
            await context.Response.Body.FlushAsync();
            came.TrySetResult();
            await Task.Delay(Timeout.Infinite, service.Ends).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        using var it = new ClientUnderTest(service.Url, clock, options => options.RequestSeconds = 5);
        var asking = it.Client.DriverAsync("acme", "d-7", CancellationToken.None);
        await came.Task.Soon();
        clock.Advance(TimeSpan.FromSeconds(4.9));
        asking.IsCompleted.ShouldBeFalse();
        clock.Advance(TimeSpan.FromSeconds(0.2));
        (await asking.Soon()).ShouldBe(new LogisticsRead<DriverCard>.Unknown(null));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(302)]
    [InlineData(204)]
    [InlineData(418)]
    public async Task An_answer_that_is_no_document_teaches_nothing_and_tells_nobody_the_token(int status)
    {
        await using var service = await ScriptedService.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1:1/elsewhere";
            return Task.CompletedTask;
        });
        using var it = new ClientUnderTest(service.Url);
        (await it.Client.DriverAsync("acme", "d-7", CancellationToken.None)).ShouldBe(new LogisticsRead<DriverCard>.Unknown(null));
        service.Asked.Count.ShouldBe(1);
        it.Logs.All.ShouldNotContain(ClientUnderTest.Token);
        it.Logs.All.ShouldContain("refused");
    }

    [Fact]
    public async Task A_tenants_own_token_goes_before_the_common_one_and_a_file_is_read_again()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow());
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "one\n");
        await using var service = await ScriptedService.StartAsync(context => ScriptedService.JsonAsync(context, Card));
        using var it = new ClientUnderTest(service.Url, clock, options => (options.Token, options.TokenFile, options.TenantTokens) = ("", file, ["globex = own=2"]));
        await it.Client.DriverAsync("acme", "d-7", CancellationToken.None);
        await it.Client.DriverAsync("globex", "d-7", CancellationToken.None);
        await File.WriteAllTextAsync(file, "two");
        clock.Advance(LogisticsTokens.Reread);
        await it.Client.DriverAsync("acme", "d-7", CancellationToken.None);
        File.Delete(file);
        clock.Advance(LogisticsTokens.Reread);
        await it.Client.DriverAsync("acme", "d-7", CancellationToken.None);
        service.Asked.Select(asked => asked.Headers["Authorization"]).ShouldBe(["Bearer one", "Bearer own=2", "Bearer two", "Bearer two"]);
    }

    private static string Soon(int minutes) => TimeProvider.System.GetUtcNow().AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
