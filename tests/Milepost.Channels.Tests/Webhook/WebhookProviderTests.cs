using System.Globalization;
using System.Net;
using System.Text.Json;
using Milepost.Channels.Tests.Sinks;
using Milepost.Core.Tenants;
using Milepost.Protocol;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Webhook;
using Milepost.Server.Outgoing;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Webhook;

/// <summary>The provider against a receiver that is not ours.</summary>
public sealed class WebhookProviderTests : IAsyncLifetime
{
    private static readonly OutgoingOptions ThisMachine = new() { AllowPrivate = ["127.0.0.1"], AllowHttp = true, Ports = ["*"] };

    private readonly FakeClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly string _secret = WebhookSignature.NewSecret();
    private readonly OutgoingHttp _http;
    private readonly WebhookProvider _provider;
    private HttpSink _sink = null!;

    public WebhookProviderTests()
    {
        _http = new OutgoingHttp(ThisMachine, _clock);
        _provider = new WebhookProvider(new WebhookCall(_http, _clock), _clock);
    }

    public async ValueTask InitializeAsync() => _sink = await HttpSink.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task The_receiver_s_library_accepts_what_was_sent_and_reads_it()
    {
        await _sink.AnswerAsync("/hook", new SinkReply(204));
        await _sink.KnowsAsync("/hook", _secret, WebhookSignature.NewSecret());
        (await SendAsync("/hook")).ShouldBe(new SendAnswer.Taken("204"));
        var call = await _sink.NextAsync();
        call.Verified.ShouldBe([true, false]);
        (call.Method, call.Headers["content-type"], call.Headers["webhook-id"]).ShouldBe(("POST", "application/json", "n-1.x"));
        var told = JsonSerializer.Deserialize(call.Body, ProtocolJson.Default.WebhookEvent)!;
        (told.Type, told.Timestamp).ShouldBe(("notification.created", Messages.Noon));
        (told.Data!.Tenant, told.Data.NotificationId, told.Data.CustomerId, told.Data.NotificationType, told.Data.OrderId, told.Data.Title, told.Data.Text)
            .ShouldBe(("acme", "n-1", "ada", "order.delivered", "o-1", "Delivered", "Your order is here."));
    }

    [Fact]
    public async Task While_a_secret_changes_receivers_with_either_accept()
    {
        var next = WebhookSignature.NewSecret();
        await _sink.AnswerAsync("/hook", new SinkReply(200));
        await _sink.KnowsAsync("/hook", _secret, next);
        var rotated = Endpoint("/hook") with { Secret = next, OldSecret = _secret, RotatedAt = _clock.GetUtcNow().AddHours(-23) };
        await _provider.SendAsync(Messages.To(rotated), CancellationToken.None);
        (await _sink.NextAsync()).Verified.ShouldBe([true, true]);
    }

    [Fact]
    public async Task Every_attempt_sends_the_same_bytes_under_the_same_id()
    {
        await _sink.AnswerAsync("/hook", new SinkReply(500), new SinkReply(200));
        await SendAsync("/hook");
        await SendAsync("/hook");
        var (first, second) = (await _sink.NextAsync(), await _sink.NextAsync());
        (second.Body, second.Headers["webhook-id"]).ShouldBe((first.Body, first.Headers["webhook-id"]));
    }

    [Theory]
    [InlineData(200, typeof(SendAnswer.Taken))]
    [InlineData(202, typeof(SendAnswer.Taken))]
    [InlineData(204, typeof(SendAnswer.Taken))]
    [InlineData(301, typeof(SendAnswer.Refused))]
    [InlineData(304, typeof(SendAnswer.Refused))]
    [InlineData(308, typeof(SendAnswer.Refused))]
    [InlineData(400, typeof(SendAnswer.Later))]
    [InlineData(401, typeof(SendAnswer.Later))]
    [InlineData(404, typeof(SendAnswer.Later))]
    [InlineData(410, typeof(SendAnswer.AddressDead))]
    [InlineData(429, typeof(SendAnswer.Later))]
    [InlineData(500, typeof(SendAnswer.Later))]
    [InlineData(502, typeof(SendAnswer.Later))]
    [InlineData(503, typeof(SendAnswer.Later))]
    public async Task Each_status_has_its_meaning(int status, Type expected)
    {
        await _sink.AnswerAsync("/hook", new SinkReply(status));
        (await SendAsync("/hook")).ShouldBeOfType(expected);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    [InlineData(500)]
    public async Task A_receiver_says_when_to_come_back_in_seconds_or_by_a_date(int status)
    {
        var date = new DateTimeOffset(_clock.GetUtcNow().UtcTicks / TimeSpan.TicksPerSecond * TimeSpan.TicksPerSecond, TimeSpan.Zero).AddMinutes(10);
        await _sink.AnswerAsync(
            "/hook", SinkReply.With(status, "retry-after", "120"), SinkReply.With(status, "retry-after", date.ToString("R", CultureInfo.InvariantCulture)), SinkReply.With(status, "retry-after", "soon"));
        (await SendAsync("/hook")).ShouldBeOfType<SendAnswer.Later>().After.ShouldBe(TimeSpan.FromSeconds(120));
        (await SendAsync("/hook")).ShouldBeOfType<SendAnswer.Later>().After.ShouldBe(date - _clock.GetUtcNow());
        (await SendAsync("/hook")).ShouldBeOfType<SendAnswer.Later>().After.ShouldBeNull();
    }

    [Fact]
    public async Task No_answer_in_time_leaves_it_unknown()
    {
        await _sink.AnswerAsync("/hook", new SinkReply(200, Action: "hang"));
        var sending = SendAsync("/hook");
        await _sink.NextAsync();
        _clock.Advance(HttpExchange.Limit);
        (await sending.Soon()).ShouldBeOfType<SendAnswer.Unknown>();
    }

    [Fact]
    public async Task A_connection_that_ends_before_the_answer_leaves_it_unknown()
    {
        await _sink.AnswerAsync("/hook", new SinkReply(200, Action: "close"));
        (await SendAsync("/hook")).ShouldBeOfType<SendAnswer.Unknown>();
    }

    [Fact]
    public async Task An_answer_whose_body_is_cut_is_an_answer()
    {
        await _sink.AnswerAsync("/hook", new SinkReply(200, Action: "cut"));
        (await SendAsync("/hook")).ShouldBeOfType<SendAnswer.Taken>();
    }

    [Fact]
    public async Task Where_nobody_listens_the_receiver_is_down()
    {
        var endpoint = Endpoint("/hook") with { Url = $"http://127.0.0.1:{FreePort.Take()}/hook" };
        (await _provider.SendAsync(Messages.To(endpoint), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>();
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await _sink.AnswerAsync("/hook", SinkReply.With(307, "location", $"{_sink.Address}/inner"));
        await _sink.AnswerAsync("/inner", new SinkReply(200));
        (await SendAsync("/hook")).ShouldBeOfType<SendAnswer.Refused>();
        (await _sink.NextAsync()).Path.ShouldBe("/hook");
        _sink.Waiting.ShouldBe(0);
    }

    [Theory]
    [InlineData("http://127.0.0.2:{port}/hook")]
    [InlineData("http://[::1]:{port}/hook")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("ftp://127.0.0.1/")]
    public async Task An_address_inside_is_refused_without_a_connection(string url)
    {
        var endpoint = Endpoint("/hook") with { Url = url.Replace("{port}", _sink.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) };
        (await _provider.SendAsync(Messages.To(endpoint), CancellationToken.None)).ShouldBe(new SendAnswer.Refused(OutgoingAnswer.AddressRefused.Text));
        _sink.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_name_that_leads_inside_later_is_refused_then()
    {
        await _sink.AnswerAsync("/hook", new SinkReply(200, new Dictionary<string, string> { ["connection"] = "close" }));
        var answers = new Queue<string>(["127.0.0.1", "127.0.0.2"]);
        using var http = new OutgoingHttp(OutgoingRules.Of(ThisMachine), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(answers.Dequeue())]), _clock);
        var provider = new WebhookProvider(new WebhookCall(http, _clock), _clock);
        var message = Messages.To(Endpoint("/hook") with { Url = $"http://hooks.shop.example:{_sink.Port}/hook" });
        (await provider.SendAsync(message, CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        (await provider.SendAsync(message, CancellationToken.None)).ShouldBeOfType<SendAnswer.Refused>();
        answers.ShouldBeEmpty();
    }

    [Fact]
    public async Task Of_an_answer_little_is_kept_and_nobody_s_address()
    {
        await _sink.AnswerAsync("/hook", new SinkReply(400, Body: "no such customer ada@example.org\n", Repeat: 10_000));
        var kept = (await SendAsync("/hook")).ShouldBeOfType<SendAnswer.Later>().Reason;
        kept.ShouldStartWith("400 no such customer a***@example.org no such");
        kept.Length.ShouldBeLessThanOrEqualTo(500);
        kept.ShouldNotContain("ada@");
    }

    [Fact]
    public void Each_receiver_is_a_party_of_its_own_and_its_path_is_not_told()
    {
        IProvider provider = _provider;
        provider.PartyOf(Messages.To(Endpoint("/hook") with { Url = "https://hooks.a.example/key-123" })).ShouldBe("hooks.a.example");
    }

    private Task<SendAnswer> SendAsync(string path) => _provider.SendAsync(Messages.To(Endpoint(path)), CancellationToken.None);

    private WebhookEndpoint Endpoint(string path) => new() { Id = "wh-1", Url = _sink.Address + path, Secret = _secret };
}
