using System.Net;
using System.Text.Json;
using Milepost.Channels.Tests.Push;
using Milepost.Core.Customers;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels;
using Milepost.Server.Channels.WebPush;
using Milepost.Server.Outgoing;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.WebPush;

public sealed class WebPushProviderTests : IAsyncLifetime
{
    private const string Path = "/wpush/v2/secret-part-of-the-subscription";
    private readonly FakeClock _clock = new();
    private readonly VapidKeys _keys = VapidKeys.Parse(VapidKeys.Make())!;
    private PushSink _sink = null!;
    private OutgoingHttp _http = null!;
    private WebPushProvider _provider = null!;

    public async ValueTask InitializeAsync()
    {
        _sink = await PushSink.StartAsync();
        var rules = OutgoingRules.Of(new OutgoingOptions { AllowPrivate = ["127.0.0.1"], Ports = ["*"] });
        _http = new OutgoingHttp(rules, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), _clock, _sink.Authorities);
        _provider = new WebPushProvider(_http, new VapidTokens(_keys, "mailto:ops@shop.example", _clock), _clock);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task A_browser_reads_what_was_sent()
    {
        await AnswerAsync(new SinkAnswer(201, new Dictionary<string, string>(StringComparer.Ordinal) { ["location"] = "https://push.example/m/the-message" }));
        (await SendAsync(Message)).ShouldBe(new SendAnswer.Taken("HTTP 201", "the-message"));
        var request = await _sink.NextAsync();
        request.Method.ShouldBe("POST");
        request.Path.ShouldBe(Path);
        request.Version.ShouldBe("2.0");
        request.Headers["ttl"].ShouldBe("14400");
        request.Headers["urgency"].ShouldBe("high");
        request.Headers["topic"].ShouldMatch("^[A-Za-z0-9_-]{32}$");
        request.Headers["content-type"].ShouldBe("application/octet-stream");
        request.Length.ShouldBeLessThanOrEqualTo(PushEncryption.MaxBody);
        JsonElement.Parse(request.Push!).EnumerateObject().ToDictionary(field => field.Name, field => field.Value.GetString()).ShouldBe(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["title"] = Message.Title,
                ["body"] = Message.Text,
                ["link"] = Message.Link,
                ["type"] = Message.Type,
                ["orderId"] = Message.OrderId,
                ["notificationId"] = Message.NotificationId,
                ["collapseKey"] = Message.CollapseKey,
                ["createdAt"] = "2026-11-21T18:00:00.000Z",
            },
            ignoreOrder: true);

        request.Token!.Verified.ShouldBeTrue();
        request.Token.Claims!.Value.GetProperty("aud").GetString().ShouldBe($"https://{TestCertificates.Host}:{_sink.Port}");
        request.Headers["authorization"].ShouldEndWith(", k=" + _keys.PublicKey);
    }

    [Theory]
    [InlineData(200, "Taken")]
    [InlineData(202, "Taken")]
    [InlineData(204, "Taken")]
    [InlineData(302, "Refused")]
    [InlineData(307, "Refused")]
    [InlineData(400, "Down")]
    [InlineData(401, "Down")]
    [InlineData(403, "Down")]
    [InlineData(404, "AddressDead")]
    [InlineData(405, "Refused")]
    [InlineData(406, "Later")]
    [InlineData(408, "Later")]
    [InlineData(410, "AddressDead")]
    [InlineData(413, "Refused")]
    [InlineData(429, "Later")]
    [InlineData(500, "Later")]
    [InlineData(502, "Later")]
    [InlineData(503, "Later")]
    public async Task Every_answer_has_its_meaning(int status, string meaning)
    {
        await _sink.StandAsync("/", new SinkAnswer(status, new Dictionary<string, string>(StringComparer.Ordinal) { ["location"] = "/elsewhere" }, Body: "sensitive " + Path));
        (await SendAsync(Message)).GetType().Name.ShouldBe(meaning);
    }

    [Theory]
    [InlineData(429, "120", 120)]
    [InlineData(503, "Sat, 21 Nov 2026 18:05:00 GMT", 300)]
    [InlineData(406, "7", 7)]
    [InlineData(429, null, null)]
    public async Task The_wait_that_a_service_asks_for_is_passed_on(int status, string? retryAfter, int? seconds)
    {
        await AnswerAsync(retryAfter is null ? new SinkAnswer(status) : SinkAnswer.With(status, "retry-after", retryAfter));
        (await SendAsync(Message)).ShouldBe(new SendAnswer.Later($"HTTP {status}", seconds is { } some ? TimeSpan.FromSeconds(some) : null));
    }

    [Fact]
    public async Task Where_our_keys_were_taken_before_a_refusal_concerns_the_subscription_only()
    {
        await AnswerAsync(new SinkAnswer(201), new SinkAnswer(403), new SinkAnswer(400), new SinkAnswer(401), new SinkAnswer(401), new SinkAnswer(403));
        await SendAsync(Message);
        for (var i = 0; i < 3; i++)
        {
            (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Refused>();
        }

        _clock.Advance(VapidTokens.ProofFor);
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Down>();
    }

    [Fact]
    public async Task A_token_that_is_not_taken_is_made_again_once()
    {
        await AnswerAsync(new SinkAnswer(401), new SinkAnswer(201));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Taken>();
        var first = await _sink.NextAsync();
        (await _sink.NextAsync()).Headers["authorization"].ShouldNotBe(first.Headers["authorization"]);
    }

    [Fact]
    public async Task What_is_too_large_for_a_service_is_sent_again_without_its_text()
    {
        await AnswerAsync(new SinkAnswer(413), new SinkAnswer(201));
        (await SendAsync(Message with { Text = new string('x', 3000) })).ShouldBeOfType<SendAnswer.Taken>();
        var first = await _sink.NextAsync();
        var second = await _sink.NextAsync();
        second.Length.ShouldBeLessThan(first.Length);
        JsonElement.Parse(second.Push!).GetProperty("title").GetString().ShouldBe(Message.Title);
        JsonElement.Parse(second.Push!).GetProperty("body").GetString().ShouldBe("");
    }

    [Fact]
    public async Task A_long_text_is_shortened_to_what_every_service_takes()
    {
        await AnswerAsync(new SinkAnswer(201));
        await SendAsync(Message with { Text = string.Concat(Enumerable.Repeat("👩‍👩‍👧‍👦", 2000)) });
        var request = await _sink.NextAsync();
        request.Length.ShouldBe(PushEncryption.MaxBody);
        JsonElement.Parse(request.Push!).GetProperty("body").GetString()!.ShouldEndWith("👩‍👩‍👧‍👦…");
    }

    [Fact]
    public async Task What_cannot_be_shortened_enough_is_refused() =>
        (await SendAsync(Message with { Link = "https://track.shop.example/" + new string('x', 4000) })).ShouldBeOfType<SendAnswer.Refused>();

    [Theory]
    [InlineData(NotificationPriority.Low, "low")]
    [InlineData(NotificationPriority.Normal, "normal")]
    [InlineData(NotificationPriority.Critical, "high")]
    public async Task The_priority_is_the_urgency(NotificationPriority priority, string urgency)
    {
        await AnswerAsync(new SinkAnswer(201));
        await SendAsync(Message with { Priority = priority, CollapseKey = null, ExpiresAt = Messages.Now.AddDays(99) });
        var request = await _sink.NextAsync();
        request.Headers["urgency"].ShouldBe(urgency);
        request.Headers.ShouldNotContainKey("topic");
        request.Headers["ttl"].ShouldBe("2419200");
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_down_and_another_is_not()
    {
        var away = Message with { Address = $"https://{TestCertificates.Host}:{FreePort.Take()}{Path}" };
        (await SendAsync(away)).ShouldBeOfType<SendAnswer.Down>();
        await AnswerAsync(new SinkAnswer(201));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Taken>();
    }

    [Theory]
    [InlineData("https://fcm.googleapis.com/fcm/send/x", "google")]
    [InlineData("https://updates.push.services.mozilla.com/wpush/v2/x", "mozilla")]
    [InlineData("https://web.push.apple.com/x", "apple")]
    [InlineData("https://am3p.notify.windows.com/w/?token=x", "microsoft")]
    [InlineData("https://evil-push.apple.com.example/x", "other-")]
    [InlineData("https://notpush.apple.com/x", "other-")]
    public void Each_push_service_is_a_party_of_its_own(string address, string party) =>
        _provider.PartyOf(Message with { Address = address }).ShouldStartWith(party);

    [Fact]
    public void Invented_push_services_do_not_become_parties_without_end() =>
        Enumerable.Range(0, 10_000).Select(i => _provider.PartyOf(Message with { Address = $"https://{i}.example/x" })).Distinct(StringComparer.Ordinal).Count().ShouldBe(32);

    [Fact]
    public async Task A_server_whose_certificate_nobody_signed_gets_nothing()
    {
        await using var other = await PushSink.StartAsync();
        (await SendAsync(Message with { Address = $"https://{TestCertificates.Host}:{other.Port}{Path}" })).ShouldBeOfType<SendAnswer.Down>();
        (await SendAsync(Message with { Address = $"https://other.example:{_sink.Port}{Path}" })).ShouldBeOfType<SendAnswer.Down>();
        other.Waiting.ShouldBe(0);
        _sink.Waiting.ShouldBe(0);
    }

    [Theory]
    [InlineData("destroy", null)]
    [InlineData("reset", 2)]
    public async Task A_connection_that_ends_behind_the_message_leaves_it_open_whether_it_arrived(string action, int? code)
    {
        await AnswerAsync(new SinkAnswer(0, Action: action, Code: code));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Unknown>();
    }

    [Theory]
    [InlineData("https://127.0.0.2/x")]
    [InlineData("http://push.example/x")]
    [InlineData("https://169.254.169.254/latest")]
    public async Task An_address_that_leads_inside_is_refused_and_not_called_dead(string address) =>
        (await SendAsync(Message with { Address = address })).ShouldBeOfType<SendAnswer.Refused>();

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_and_not_called_dead()
    {
        using var http = new OutgoingHttp(OutgoingRules.Default with { Ports = null }, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), _clock, _sink.Authorities);
        var provider = new WebPushProvider(http, new VapidTokens(_keys, "", _clock), _clock);
        (await provider.SendAsync(Message, CancellationToken.None)).ShouldBeOfType<SendAnswer.Refused>();
        _sink.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_subscription_without_usable_keys_is_dead() =>
        (await SendAsync(Message with { Device = Message.Device! with { PublicKey = "BAAA" } })).ShouldBeOfType<SendAnswer.AddressDead>();

    [Theory]
    [InlineData(201)]
    [InlineData(403)]
    [InlineData(410)]
    [InlineData(500)]
    public async Task No_answer_repeats_the_subscription(int status)
    {
        await _sink.StandAsync("/", new SinkAnswer(
            status, new Dictionary<string, string>(StringComparer.Ordinal) { ["location"] = $"https://push.example{Path}" }, Body: $"{{\"message\":\"{Path}\"}}"));
        var answer = await SendAsync(Message);
        answer.ToString().ShouldNotContain("secret-part");
        answer.ToString().ShouldNotContain(Message.Device!.Secret!);
    }

    [Fact]
    public void A_message_that_comes_into_a_log_tells_neither_the_subscription_nor_its_text()
    {
        foreach (var text in new[] { Message.ToString(), Message.Device!.ToString(), $"{new { Message }}" })
        {
            text.ShouldNotContain("secret-part");
            text.ShouldNotContain(_sink.PublicKey);
            text.ShouldNotContain(_sink.Secret);
            text.ShouldNotContain(Message.Text);
        }
    }

    private OutgoingMessage Message => Messages.To(DeviceKind.WebPush, $"https://{TestCertificates.Host}:{_sink.Port}{Path}", _sink.PublicKey, _sink.Secret);

    private Task<SendAnswer> SendAsync(OutgoingMessage message) => _provider.SendAsync(message, CancellationToken.None).Soon();

    private Task AnswerAsync(params IReadOnlyList<SinkAnswer> answers) => _sink.QueueAsync("/", answers);
}
