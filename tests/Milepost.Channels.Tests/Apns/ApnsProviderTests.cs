using System.Security.Cryptography;
using System.Text.Json;
using Milepost.Channels.Tests.Push;
using Milepost.Core.Customers;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Apns;
using Milepost.Server.Channels.Push;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Apns;

public sealed class ApnsProviderTests : IAsyncLifetime
{
    private const string Token = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0";
    private readonly FakeClock _clock = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private PushSink _sink = null!;
    private ApnsTokens _tokens = null!;
    private PushHttp _http = null!;
    private ApnsProvider _provider = null!;

    public async ValueTask InitializeAsync()
    {
        _sink = await PushSink.StartAsync();
        await _sink.KeysAsync(apns: _key.ExportSubjectPublicKeyInfoPem());
        _http = new PushHttp(_sink.Authorities, _clock);
        _tokens = new ApnsTokens(_key, "ABC123DEFG", "DEF123GHIJ", _clock);
        _provider = new ApnsProvider(Options(_sink.Address), _tokens, _http, _clock);
    }

    public async ValueTask DisposeAsync()
    {
        _tokens.Dispose();
        _http.Dispose();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_what_Apple_documents()
    {
        await AnswerAsync(new SinkAnswer(200));
        var id = ApnsProvider.IdOf(Message).ToString("D");
        (await SendAsync(Message)).ShouldBe(new SendAnswer.Taken("HTTP 200", id));
        var request = await _sink.NextAsync();
        request.Method.ShouldBe("POST");
        request.Path.ShouldBe("/3/device/" + Token);
        request.Version.ShouldBe("2.0");
        request.Headers["apns-topic"].ShouldBe("example.shop.app");
        request.Headers["apns-push-type"].ShouldBe("alert");
        request.Headers["apns-id"].ShouldBe(id);
        request.Headers["apns-expiration"].ShouldBe(Message.ExpiresAt.ToUnixTimeSeconds().ToString());
        request.Headers["apns-priority"].ShouldBe("10");
        request.Headers["apns-collapse-id"].ShouldBe(CollapseName.Of("acme", Message.CollapseKey!));
        request.Token!.Verified.ShouldBeTrue();
        request.Token.Header!.Value.GetProperty("kid").GetString().ShouldBe("ABC123DEFG");
        request.Token.Header.Value.GetProperty("alg").GetString().ShouldBe("ES256");
        request.Token.Claims!.Value.GetProperty("iss").GetString().ShouldBe("DEF123GHIJ");
        request.Token.Claims.Value.GetProperty("iat").GetInt64().ShouldBe(Messages.Now.ToUnixTimeSeconds());
        JsonElement.DeepEquals(JsonElement.Parse(request.Text!), JsonElement.Parse("""
            {
              "aps": { "alert": { "title": "Delivered", "body": "Grüße: your order is at the door 🚪" }, "sound": "default", "thread-id": "o-1" },
              "link": "https://track.shop.example/o-1", "type": "order.delivered", "orderId": "o-1", "notificationId": "n-1",
              "collapseKey": "order:o-1", "createdAt": "2026-11-21T18:00:00.000Z"
            }
            """)).ShouldBeTrue(request.Text);
    }

    [Theory]
    [InlineData(410, "Unregistered", "AddressDead")]
    [InlineData(410, "ExpiredToken", "AddressDead")]
    [InlineData(400, "BadDeviceToken", "Refused")]
    [InlineData(400, "DeviceTokenNotForTopic", "Refused")]
    [InlineData(400, "BadMessageId", "Refused")]
    [InlineData(400, "PayloadEmpty", "Refused")]
    [InlineData(400, "BadTopic", "Down")]
    [InlineData(400, "TopicDisallowed", "Down")]
    [InlineData(400, "IdleTimeout", "Later")]
    [InlineData(403, "BadCertificate", "Down")]
    [InlineData(403, "ExpiredProviderToken", "Down")]
    [InlineData(403, "InvalidProviderToken", "Down")]
    [InlineData(403, "MissingProviderToken", "Down")]
    [InlineData(404, "BadPath", "Down")]
    [InlineData(405, "MethodNotAllowed", "Refused")]
    [InlineData(413, "PayloadTooLarge", "Refused")]
    [InlineData(429, "TooManyRequests", "Later")]
    [InlineData(429, "TooManyProviderTokenUpdates", "Down")]
    [InlineData(500, "InternalServerError", "Later")]
    [InlineData(503, "ServiceUnavailable", "Later")]
    [InlineData(503, "Shutdown", "Later")]
    [InlineData(502, null, "Later")]
    public async Task Every_reason_has_its_meaning(int status, string? reason, string meaning)
    {
        await _sink.StandAsync("/", Error(status, reason));
        var answer = await SendAsync(Message);
        answer.GetType().Name.ShouldBe(meaning);
        answer.ToString().ShouldContain(reason ?? "HTTP 502");
        answer.ToString().ShouldNotContain(Token);
    }

    [Theory]
    [InlineData("BadDeviceToken")]
    [InlineData("DeviceTokenNotForTopic")]
    public async Task A_token_is_dead_where_our_own_settings_were_good_for_another(string reason)
    {
        await AnswerAsync(new SinkAnswer(200), Error(400, reason));
        await SendAsync(Message);
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.AddressDead>();
    }

    [Fact]
    public async Task A_token_that_was_registered_again_behind_its_end_is_not_dead()
    {
        var seenAt = Message.Device!.SeenAt;
        await AnswerAsync(Gone(seenAt.AddMinutes(-1)), Gone(seenAt.AddMinutes(1)));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Refused>();
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.AddressDead>();
    }

    [Theory]
    [InlineData(429, "TooManyRequests", "15", 15)]
    [InlineData(503, "ServiceUnavailable", "Sat, 21 Nov 2026 18:00:45 GMT", 45)]
    public async Task The_wait_that_Apple_asks_for_is_passed_on(int status, string reason, string retryAfter, int seconds)
    {
        await AnswerAsync(Error(status, reason) with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["retry-after"] = retryAfter } });
        (await SendAsync(Message)).ShouldBe(new SendAnswer.Later($"HTTP {status} {reason}", TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public async Task One_token_serves_all_pushes_for_40_minutes()
    {
        await _sink.StandAsync("/", new SinkAnswer(200));
        await SendAsync(Message);
        _clock.Advance(TimeSpan.FromMinutes(40) - TimeSpan.FromSeconds(1));
        await SendAsync(Message);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await SendAsync(Message);
        string[] tokens = [await TokenAsync(), await TokenAsync(), await TokenAsync()];
        tokens[1].ShouldBe(tokens[0]);
        tokens[2].ShouldNotBe(tokens[0]);
    }

    [Fact]
    public async Task A_token_that_Apple_calls_ended_is_renewed_once_but_never_before_20_minutes()
    {
        await _sink.StandAsync("/", Error(403, "ExpiredProviderToken"));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Down>();
        var first = await TokenAsync();
        _sink.Waiting.ShouldBe(0);

        _clock.Advance(TimeSpan.FromMinutes(20));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Down>();
        (await TokenAsync()).ShouldBe(first);
        (await TokenAsync()).ShouldNotBe(first);
        _sink.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_server_that_says_farewell_has_the_next_push_on_a_new_connection()
    {
        await AnswerAsync(new SinkAnswer(200, Action: "goaway"), new SinkAnswer(200));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Taken>();
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Taken>();
        (await _sink.NextAsync()).Session.ShouldBe(1);
        (await _sink.NextAsync()).Session.ShouldBe(2);
    }

    [Theory]
    [InlineData("destroy", null, "Unknown")]
    [InlineData("reset", 2, "Unknown")]
    [InlineData("reset", 8, "Unknown")]
    [InlineData("reset", 7, "Down")]
    public async Task A_stream_that_ends_without_an_answer_may_have_been_a_push_unless_it_was_refused(string action, int? code, string meaning)
    {
        await _sink.StandAsync("/", new SinkAnswer(0, Action: action, Code: code));
        (await SendAsync(Message)).GetType().Name.ShouldBe(meaning);
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_down()
    {
        var provider = new ApnsProvider(Options($"https://127.0.0.1:{FreePort.Take()}"), _tokens, _http, _clock);
        (await provider.SendAsync(Message, CancellationToken.None).Soon()).ShouldBeOfType<SendAnswer.Down>();
    }

    [Fact]
    public async Task A_server_whose_certificate_nobody_signed_gets_nothing()
    {
        await using var other = await PushSink.StartAsync();
        var provider = new ApnsProvider(Options(other.Address), _tokens, _http, _clock);
        (await provider.SendAsync(Message, CancellationToken.None).Soon()).ShouldBeOfType<SendAnswer.Down>();
        other.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task A_long_text_is_shortened()
    {
        await AnswerAsync(new SinkAnswer(200));
        await SendAsync(Message with { Text = new string('é', 5000), Priority = NotificationPriority.Low, CollapseKey = null });
        var request = await _sink.NextAsync();
        request.Length.ShouldBeInRange(ApnsProvider.MaxPayload - 4, ApnsProvider.MaxPayload);
        request.Headers["apns-priority"].ShouldBe("5");
        request.Headers.ShouldNotContainKey("apns-collapse-id");
        JsonElement.Parse(request.Text!).GetProperty("aps").GetProperty("alert").GetProperty("body").GetString().ShouldEndWith("é…");
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../admin")]
    [InlineData("00fc13?x")]
    public async Task What_would_change_the_path_is_no_token(string address) =>
        (await SendAsync(Messages.To(DeviceKind.Apns, address))).ShouldBeOfType<SendAnswer.AddressDead>();

    [Fact]
    public void The_id_is_a_delivery_s_own_and_the_same_for_every_attempt()
    {
        ApnsProvider.IdOf(Message with { Attempt = 2 }).ShouldBe(ApnsProvider.IdOf(Message));
        ApnsProvider.IdOf(Message with { DeliveryId = "other" }).ShouldNotBe(ApnsProvider.IdOf(Message));
        ApnsProvider.IdOf(Message with { Tenant = "globex" }).ShouldNotBe(ApnsProvider.IdOf(Message));
        ApnsProvider.IdOf(Message).Version.ShouldBe(8);
    }

    [Fact]
    public void A_wrong_key_file_is_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, _key.ExportPkcs8PrivateKeyPem());
            ApnsTokens.Problem(file).ShouldBeNull();
            File.WriteAllText(file, "nonsense");
            ApnsTokens.Problem(file)!.ShouldContain("no private key");
            using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
            File.WriteAllText(file, other.ExportPkcs8PrivateKeyPem());
            ApnsTokens.Problem(file)!.ShouldContain("ES256");
            ApnsTokens.Problem(file + ".missing")!.ShouldContain("cannot be read");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static OutgoingMessage Message => Messages.To(DeviceKind.Apns, Token);

    private static ApnsOptions Options(string address) => new() { KeyId = "ABC123DEFG", TeamId = "DEF123GHIJ", Topic = "example.shop.app", BaseUrl = address };

    private static SinkAnswer Error(int status, string? reason) => new(status, Body: reason is null ? Token : $$"""{"reason":"{{reason}}"}""");

    private static SinkAnswer Gone(DateTimeOffset since) => new(410, Body: $$"""{"reason":"Unregistered","timestamp":{{since.ToUnixTimeMilliseconds()}}}""");

    private async Task<string> TokenAsync() => (await _sink.NextAsync()).Token!.Text!;

    private Task<SendAnswer> SendAsync(OutgoingMessage message) => _provider.SendAsync(message, CancellationToken.None).Soon();

    private Task AnswerAsync(params IReadOnlyList<SinkAnswer> answers) => _sink.QueueAsync("/", answers);
}
