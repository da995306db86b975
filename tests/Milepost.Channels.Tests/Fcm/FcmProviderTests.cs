using System.Security.Cryptography;
using System.Text.Json;
using Milepost.Channels.Tests.Push;
using Milepost.Core.Customers;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Fcm;
using Milepost.Server.Channels.Push;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Fcm;

public sealed class FcmProviderTests : IAsyncLifetime
{
    private const string Token = "device-token-that-nobody-may-see:APA91b";
    private const string Path = "/v1/projects/shop-1/messages:send";
    private readonly FakeClock _clock = new();
    private readonly RSA _key = RSA.Create(2048);
    private PushSink _sink = null!;
    private FcmTokens _tokens = null!;
    private PushHttp _http = null!;
    private FcmProvider _provider = null!;

    public async ValueTask InitializeAsync()
    {
        _sink = await PushSink.StartAsync();
        await _sink.KeysAsync(fcm: _key.ExportSubjectPublicKeyInfoPem());
        await _sink.StandAsync("/token", TokenAnswer("access-1"));
        _http = new PushHttp(_sink.Authorities, _clock);
        (_provider, _tokens) = Provider(_sink.Address + "/token", _sink.Address);
    }

    public async ValueTask DisposeAsync()
    {
        _tokens.Dispose();
        _http.Dispose();
        await _sink.DisposeAsync();
        _key.Dispose();
    }

    [Fact]
    public async Task A_message_is_what_FCM_documents()
    {
        await AnswerAsync(new SinkAnswer(200, Body: """{"name":"projects/shop-1/messages/0:123"}"""));
        (await SendAsync(Message)).ShouldBe(new SendAnswer.Taken("HTTP 200", "projects/shop-1/messages/0:123"));

        var asked = await _sink.NextAsync();
        asked.Path.ShouldBe("/token");
        asked.Token!.Verified.ShouldBeTrue();
        asked.Token.Header!.Value.GetProperty("kid").GetString().ShouldBe("key-1");
        var claims = asked.Token.Claims!.Value;
        claims.GetProperty("iss").GetString().ShouldBe("pushes@shop-1.example");
        claims.GetProperty("scope").GetString().ShouldBe("https://www.googleapis.com/auth/firebase.messaging");
        claims.GetProperty("iat").GetInt64().ShouldBe(Messages.Now.ToUnixTimeSeconds());

        var request = await _sink.NextAsync();
        request.Path.ShouldBe(Path);
        request.Version.ShouldBe("2.0");
        request.Headers["authorization"].ShouldBe("Bearer access-1");
        var message = JsonElement.Parse(request.Text!).GetProperty("message");
        message.GetProperty("token").GetString().ShouldBe(Token);
        message.GetProperty("notification").GetProperty("title").GetString().ShouldBe(Message.Title);
        message.GetProperty("notification").GetProperty("body").GetString().ShouldBe(Message.Text);
        message.GetProperty("data").EnumerateObject().ToDictionary(field => field.Name, field => field.Value.GetString()).ShouldBe(
            new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["type"] = Message.Type,
                ["notificationId"] = Message.NotificationId,
                ["orderId"] = Message.OrderId,
                ["link"] = Message.Link,
                ["collapseKey"] = Message.CollapseKey,
                ["createdAt"] = "2026-11-21T18:00:00.000Z",
            },
            ignoreOrder: true);
        var android = message.GetProperty("android");
        android.GetProperty("priority").GetString().ShouldBe("HIGH");
        android.GetProperty("ttl").GetString().ShouldBe("14400s");
        android.GetProperty("collapse_key").GetString().ShouldBe(CollapseName.Of("acme", Message.CollapseKey!));
        message.TryGetProperty("webpush", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(404, "NOT_FOUND", "UNREGISTERED", "AddressDead")]
    [InlineData(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "Refused")]
    [InlineData(400, "INVALID_ARGUMENT", null, "Refused")]
    [InlineData(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", "Down")]
    [InlineData(401, "UNAUTHENTICATED", null, "Down")]
    [InlineData(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", "Down")]
    [InlineData(403, "PERMISSION_DENIED", null, "Down")]
    [InlineData(404, "NOT_FOUND", null, "Down")]
    [InlineData(413, null, null, "Refused")]
    [InlineData(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", "Later")]
    [InlineData(500, "INTERNAL", "INTERNAL", "Later")]
    [InlineData(503, "UNAVAILABLE", "UNAVAILABLE", "Later")]
    [InlineData(302, null, null, "Refused")]
    public async Task Every_error_has_its_meaning(int status, string? word, string? ours, string meaning)
    {
        await _sink.StandAsync(Path, Error(status, word, ours));
        var answer = await SendAsync(Message);
        answer.GetType().Name.ShouldBe(meaning);
        answer.ToString().ShouldContain(ours ?? word ?? $"HTTP {status}");
        answer.ToString().ShouldNotContain(Token);
    }

    [Fact]
    public async Task A_token_that_is_none_is_dead()
    {
        await AnswerAsync(new SinkAnswer(400, Body: """
            {"error":{"code":400,"message":"The registration token is not a valid FCM registration token","status":"INVALID_ARGUMENT","details":[
            {"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"},
            {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"message.token","description":"Invalid registration token"}]}]}}
            """));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.AddressDead>();
    }

    [Fact]
    public async Task A_token_of_another_sender_concerns_the_device_only_where_our_account_was_taken()
    {
        await AnswerAsync(new SinkAnswer(200, Body: "{}"), Error(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"));
        await SendAsync(Message);
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Refused>();
    }

    [Theory]
    [InlineData(429, "30", 30)]
    [InlineData(503, "Sat, 21 Nov 2026 18:02:00 GMT", 120)]
    [InlineData(429, null, 60)]
    [InlineData(500, null, null)]
    public async Task The_wait_that_FCM_asks_for_is_passed_on(int status, string? retryAfter, int? seconds)
    {
        await AnswerAsync(retryAfter is null ? new SinkAnswer(status) : SinkAnswer.With(status, "retry-after", retryAfter));
        (await SendAsync(Message)).ShouldBe(new SendAnswer.Later($"HTTP {status}", seconds is { } some ? TimeSpan.FromSeconds(some) : null));
    }

    [Fact]
    public async Task An_access_token_is_asked_for_once_and_again_before_it_ends()
    {
        await _sink.StandAsync(Path, new SinkAnswer(200, Body: "{}"));
        await SendAsync(Message);
        await SendAsync(Message);
        string[] seen = [(await _sink.NextAsync()).Path, (await _sink.NextAsync()).Path, (await _sink.NextAsync()).Path];
        seen.ShouldBe(["/token", Path, Path]);

        await _sink.StandAsync("/token", TokenAnswer("access-2"));
        _clock.Advance(TimeSpan.FromMinutes(59.5));
        await SendAsync(Message);
        (await _sink.NextAsync()).Path.ShouldBe("/token");
        (await _sink.NextAsync()).Headers["authorization"].ShouldBe("Bearer access-2");
    }

    [Fact]
    public async Task A_token_that_FCM_no_longer_takes_is_renewed_once()
    {
        await AnswerAsync(Error(401, "UNAUTHENTICATED", null), new SinkAnswer(200, Body: "{}"));
        await _sink.QueueAsync("/token", TokenAnswer("access-1"), TokenAnswer("access-2"));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Taken>();
        string?[] seen = new string?[4];
        for (var i = 0; i < seen.Length; i++)
        {
            seen[i] = (await _sink.NextAsync()).Headers.GetValueOrDefault("authorization");
        }

        seen.ShouldBe([null, "Bearer access-1", null, "Bearer access-2"]);
    }

    [Fact]
    public async Task An_account_that_Google_does_not_know_is_down_and_its_text_is_not_kept()
    {
        await _sink.StandAsync("/token", new SinkAnswer(400, Body: """{"error":"invalid_grant","error_description":"Invalid JWT of pushes@shop-1.example"}"""));
        (await SendAsync(Message)).ShouldBe(new SendAnswer.Down("Google gives no token: HTTP 400 invalid_grant"));
        await _sink.StandAsync("/token", new SinkAnswer(502, Body: "<html>"));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Down>();
    }

    [Fact]
    public async Task What_cannot_be_reached_is_down()
    {
        var nobody = $"https://127.0.0.1:{FreePort.Take()}";
        var (noGoogle, tokens) = Provider(nobody + "/token", _sink.Address);
        using (tokens)
        {
            (await noGoogle.SendAsync(Message, CancellationToken.None).Soon()).ShouldBeOfType<SendAnswer.Down>();
        }

        var (noFcm, others) = Provider(_sink.Address + "/token", nobody);
        using (others)
        {
            (await noFcm.SendAsync(Message, CancellationToken.None).Soon()).ShouldBeOfType<SendAnswer.Down>();
        }
    }

    [Fact]
    public async Task A_connection_that_ends_behind_the_message_leaves_it_open_whether_it_arrived()
    {
        await AnswerAsync(new SinkAnswer(0, Action: "destroy"));
        (await SendAsync(Message)).ShouldBeOfType<SendAnswer.Unknown>();
    }

    [Fact]
    public async Task A_long_text_is_shortened()
    {
        await AnswerAsync(new SinkAnswer(200, Body: "{}"));
        await SendAsync(Message with { Text = new string('é', 5000), Priority = NotificationPriority.Normal });
        await _sink.NextAsync();
        var request = await _sink.NextAsync();
        request.Length.ShouldBeInRange(FcmProvider.MaxMessage - 4, FcmProvider.MaxMessage);
        var message = JsonElement.Parse(request.Text!).GetProperty("message");
        message.GetProperty("notification").GetProperty("body").GetString().ShouldEndWith("é…");
        message.GetProperty("android").GetProperty("priority").GetString().ShouldBe("NORMAL");
    }

    [Fact]
    public void A_wrong_account_file_is_named()
    {
        var file = System.IO.Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, FileOf(Account("https://127.0.0.1/token")));
            FcmAccount.Problem(file).ShouldBeNull();
            FcmAccount.Read(file).ShouldBe(Account("https://127.0.0.1/token"));
            FcmAccount.Read(file).ToString().ShouldNotContain("PRIVATE");
            File.WriteAllText(file, FileOf(Account("https://127.0.0.1/token") with { PrivateKey = "none" }));
            FcmAccount.Problem(file)!.ShouldContain("private key");
            File.WriteAllText(file, "{}");
            FcmAccount.Problem(file)!.ShouldContain("service account");
            File.WriteAllText(file, "nonsense");
            FcmAccount.Problem(file)!.ShouldContain("JSON");
            FcmAccount.Problem(file + ".missing")!.ShouldContain("cannot be read");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private (FcmProvider Provider, FcmTokens Tokens) Provider(string tokenUri, string baseUrl)
    {
        var account = Account(tokenUri);
        var tokens = new FcmTokens(account, _sink.Authorities, _clock);
        return (new FcmProvider(account, baseUrl, tokens, _http, _clock), tokens);
    }

    private FcmAccount Account(string tokenUri) => new()
    {
        ProjectId = "shop-1",
        ClientEmail = "pushes@shop-1.example",
        PrivateKeyId = "key-1",
        PrivateKey = _key.ExportPkcs8PrivateKeyPem(),
        TokenUri = tokenUri,
    };

    private static string FileOf(FcmAccount account) => JsonSerializer.Serialize(new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["type"] = "service_account",
        ["project_id"] = account.ProjectId,
        ["client_email"] = account.ClientEmail,
        ["private_key_id"] = account.PrivateKeyId,
        ["private_key"] = account.PrivateKey,
        ["token_uri"] = account.TokenUri,
    });

    private static OutgoingMessage Message => Messages.To(DeviceKind.Fcm, Token);

    private static SinkAnswer TokenAnswer(string token) => new(
        200, new Dictionary<string, string>(StringComparer.Ordinal) { ["content-type"] = "application/json" }, $$"""{"access_token":"{{token}}","expires_in":3600,"token_type":"Bearer"}""");

    // FCM's texts repeat what they were sent.
    private static SinkAnswer Error(int status, string? word, string? ours)
    {
        var detail = ours is null ? "" : $$"""{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"{{ours}}"}""";
        return new SinkAnswer(status, Body: word is null ? Token : $$$"""{"error":{"code":{{{status}}},"message":"about {{{Token}}}","status":"{{{word}}}","details":[{{{detail}}}]}}""");
    }

    private Task<SendAnswer> SendAsync(OutgoingMessage message) => _provider.SendAsync(message, CancellationToken.None).Soon();

    private Task AnswerAsync(params IReadOnlyList<SinkAnswer> answers) => _sink.QueueAsync(Path, answers);
}
