using Microsoft.AspNetCore.Http;
using Milepost.Server.Logistics;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>When a service is asked again, and when it is not.</summary>
public sealed class ServiceHttpTests
{
    private readonly FakeClock _clock = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task A_service_that_cannot_be_used_is_left_in_peace_and_then_tried_once()
    {
        await using var service = await ScriptedService.StartAsync(Break);
        using var http = Http();
        (await AskAsync(http, service, "acme")).ShouldBe(new ServiceAnswer.Away("not reached"));
        service.Asked.Count.ShouldBe(1 + ServiceHttp.Retries);
        (await AskAsync(http, service, "acme")).ShouldBe(new ServiceAnswer.Away("left in peace"));
        var asked = service.Asked.Count;
        asked.ShouldBe(5);
        http.Resting.ShouldBe(1);
        _clock.Advance(ServiceHttp.FirstBreak - TimeSpan.FromMilliseconds(1));
        (await AskAsync(http, service, "acme")).ShouldBe(new ServiceAnswer.Away("left in peace"));
        service.Asked.Count.ShouldBe(asked);
        service.Answer = context => ScriptedService.JsonAsync(context, "{}");
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        (await AskAsync(http, service, "acme")).ShouldBeOfType<ServiceAnswer.Document>();
        http.Resting.ShouldBe(0);
    }

    [Fact]
    public async Task Trouble_of_one_party_is_not_the_others()
    {
        await using var service = await ScriptedService.StartAsync(context => context.Request.Path == "/acme" ? Break(context) : ScriptedService.JsonAsync(context, "{}"));
        using var http = Http();
        await AskAsync(http, service, "acme");
        await AskAsync(http, service, "acme");
        http.Resting.ShouldBe(1);
        (await AskAsync(http, service, "globex")).ShouldBeOfType<ServiceAnswer.Document>();
    }

    [Theory]
    [InlineData("100000", 600)]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", 0)]
    [InlineData("soon", 5)]
    [InlineData(null, 5)]
    public async Task What_is_asked_for_is_believed_within_reason(string? retryAfter, int seconds)
    {
        await using var service = await ScriptedService.StartAsync(context =>
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers.RetryAfter = retryAfter;
            return Task.CompletedTask;
        });
        using var http = Http();
        await AskAsync(http, service, "acme");
        _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(seconds > 0 ? 1 : 0));
        http.Resting.ShouldBe(seconds > 0 ? 1 : 0);
        _clock.Advance(TimeSpan.FromTicks(1));
        http.Resting.ShouldBe(0);
        service.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_away()
    {
        string url;
        await using (var service = await ScriptedService.StartAsync())
        {
            url = service.Url;
        }

        using var http = Http();
        (await http.GetAsync("acme", () => new HttpRequestMessage(HttpMethod.Get, url), 1024, CancellationToken.None)).ShouldBe(new ServiceAnswer.Away("not reached"));
    }

    [Fact]
    public async Task Who_gives_up_gets_the_cancellation()
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await ScriptedService.StartAsync();
        service.Answer = context =>
        {
            came.TrySetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using var http = Http();
        using var enough = new CancellationTokenSource();
        var asking = http.GetAsync("acme", () => new HttpRequestMessage(HttpMethod.Get, service.Url), 1024, enough.Token);
        await came.Task.Soon();
        await enough.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => asking.Soon());
    }

    private static Task Break(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private static Task<ServiceAnswer> AskAsync(ServiceHttp http, ScriptedService service, string party) =>
        http.GetAsync(party, () => new HttpRequestMessage(HttpMethod.Get, $"{service.Url}/{party}"), 1024, CancellationToken.None).Soon();

    private ServiceHttp Http() => new(new ServiceLimits(TimeSpan.FromSeconds(5)) { RetryDelay = TimeSpan.Zero }, _clock, () => 0);
}
