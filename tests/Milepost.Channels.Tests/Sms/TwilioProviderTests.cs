using System.Globalization;
using System.Text;
using Milepost.Channels.Tests.Sinks;
using Milepost.Core.Deliveries;
using Milepost.Core.Tenants;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Outgoing;
using Milepost.Server.Settings;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Sms;

/// <summary>The provider against a server that is not ours.</summary>
public sealed class TwilioProviderTests : IAsyncLifetime
{
    private const string Path = "/2010-04-01/Accounts/AC0123/Messages.json";
    private const string Number = "+4915112345678";
    private const string Token = "a-token-of-ours";

    private readonly FakeClock _clock = new(Messages.Noon);
    private readonly SmsOptions _options = new();
    private readonly Tenants _tenants = new();
    private HttpSink _sink = null!;
    private SmsProviders? _providers;

    public async ValueTask InitializeAsync() => _sink = await HttpSink.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _providers?.Dispose();
        await _sink.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_posted_as_the_api_wants_it()
    {
        await _sink.AnswerAsync(Path, new SinkReply(201, Body: """{"sid":"SM42","status":"queued","error_code":null}"""));
        (await SendAsync("It\u2019s here \u2013 at last")).ShouldBe(new SendAnswer.Taken("201 queued", "SM42"));
        var call = await _sink.NextAsync();
        (call.Method, call.Path, call.Headers["content-type"]).ShouldBe(("POST", Path, "application/x-www-form-urlencoded"));
        call.Headers["authorization"].ShouldBe("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"AC0123:{Token}")));
        call.Form.ShouldBe(
            new Dictionary<string, string>
            {
                ["To"] = Number,
                ["From"] = "+4930123456",
                ["Body"] = "It's here - at last",
                ["ValidityPeriod"] = "14400",
                ["StatusCallback"] = "https://track.shop.example/api/v1/acme/feedback/sms?delivery=n-1.x",
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task A_messaging_service_takes_the_place_of_the_sender_and_without_our_address_there_is_no_callback()
    {
        await _sink.AnswerAsync(Path, new SinkReply(201));
        (await SendAsync("Hi", query: "service=MG77", publicUrl: "")).ShouldBe(new SendAnswer.Taken("201"));
        var form = (await _sink.NextAsync()).Form;
        form["MessagingServiceSid"].ShouldBe("MG77");
        form.Keys.ShouldNotContain("From");
        form.Keys.ShouldNotContain("StatusCallback");
    }

    [Theory]
    [InlineData(200, null, typeof(SendAnswer.Taken))]
    [InlineData(201, null, typeof(SendAnswer.Taken))]
    [InlineData(302, null, typeof(SendAnswer.Down))]
    [InlineData(400, null, typeof(SendAnswer.Refused))]
    [InlineData(400, 21211, typeof(SendAnswer.AddressDead))]
    [InlineData(400, 21610, typeof(SendAnswer.AddressDead))]
    [InlineData(400, 21614, typeof(SendAnswer.AddressDead))]
    [InlineData(400, 21408, typeof(SendAnswer.Refused))]
    [InlineData(400, 21617, typeof(SendAnswer.Refused))]
    [InlineData(400, 21606, typeof(SendAnswer.Down))]
    [InlineData(400, 21611, typeof(SendAnswer.Later))]
    [InlineData(400, 30003, typeof(SendAnswer.Refused))]
    [InlineData(400, 30004, typeof(SendAnswer.AddressDead))]
    [InlineData(400, 30005, typeof(SendAnswer.AddressDead))]
    [InlineData(400, 30006, typeof(SendAnswer.AddressDead))]
    [InlineData(400, 30007, typeof(SendAnswer.Refused))]
    [InlineData(400, 99999, typeof(SendAnswer.Refused))]
    [InlineData(401, 20003, typeof(SendAnswer.Down))]
    [InlineData(401, null, typeof(SendAnswer.Down))]
    [InlineData(403, null, typeof(SendAnswer.Down))]
    [InlineData(404, null, typeof(SendAnswer.Down))]
    [InlineData(408, null, typeof(SendAnswer.Later))]
    [InlineData(429, 20429, typeof(SendAnswer.Later))]
    [InlineData(429, null, typeof(SendAnswer.Later))]
    [InlineData(500, null, typeof(SendAnswer.Later))]
    [InlineData(500, 21211, typeof(SendAnswer.Later))]
    [InlineData(502, null, typeof(SendAnswer.Unknown))]
    [InlineData(503, null, typeof(SendAnswer.Later))]
    [InlineData(504, null, typeof(SendAnswer.Unknown))]
    public async Task Each_answer_has_its_meaning(int status, int? code, Type expected)
    {
        await _sink.AnswerAsync(Path, new SinkReply(status, Body: code is null ? "<html>" : $$"""{"code":{{code}},"message":"So it is","status":{{status}}}"""));
        var answer = await SendAsync("Hi");
        answer.ShouldBeOfType(expected);
        $"{answer}".ShouldNotContain(Token);
    }

    [Fact]
    public async Task The_api_says_when_to_come_back_in_seconds_or_by_a_date()
    {
        await _sink.AnswerAsync(Path, SinkReply.With(429, "retry-after", "30"), SinkReply.With(503, "retry-after", Messages.Noon.AddMinutes(5).ToString("R", CultureInfo.InvariantCulture)));
        (await SendAsync("Hi")).ShouldBeOfType<SendAnswer.Later>().After.ShouldBe(TimeSpan.FromSeconds(30));
        (await SendAsync("Hi")).ShouldBeOfType<SendAnswer.Later>().After.ShouldBe(TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_post_whose_answer_was_lost_is_unknown()
    {
        await _sink.AnswerAsync(Path, new SinkReply(201, Action: "close"), new SinkReply(201, Action: "hang"));
        (await SendAsync("Hi")).ShouldBeOfType<SendAnswer.Unknown>();
        await _sink.NextAsync();
        var sending = SendAsync("Hi");
        await _sink.NextAsync();
        _clock.Advance(HttpExchange.Limit);
        (await sending.Soon()).ShouldBeOfType<SendAnswer.Unknown>();
    }

    [Fact]
    public async Task Where_nobody_listens_the_provider_is_down()
    {
        _options.Providers = [$"http://AC0123:{Token}@127.0.0.1:{FreePort.Take()}?service=MG77"];
        (await Provider("").SendAsync(Messages.Of(DeliveryChannel.Sms, Number), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>();
    }

    [Fact]
    public async Task What_must_not_be_sent_is_never_sent()
    {
        (await SendAsync("Hi", "0151 12345678")).ShouldBeOfType<SendAnswer.AddressDead>();
        (await SendAsync("")).ShouldBeOfType<SendAnswer.Refused>();
        (await SendAsync(new string('a', 1531))).ShouldBeOfType<SendAnswer.Refused>().Reason.ShouldContain("11 segments");
        _options.Countries = ["49", "1"];
        (await SendAsync("Hi", "+33612345678")).ShouldBeOfType<SendAnswer.Refused>().Reason.ShouldContain("Channels:Sms:Countries");
        _tenants.Settings = new TenantSettings { Limits = new TenantLimits { SmsCountries = ["49"] } };
        (await SendAsync("Hi", "+12125550123")).ShouldBeOfType<SendAnswer.Refused>().Reason.ShouldContain("limits.smsCountries");
        _sink.Waiting.ShouldBe(0);
        await _sink.AnswerAsync(Path, new SinkReply(201));
        (await SendAsync(new string('a', 1530))).ShouldBeOfType<SendAnswer.Taken>();
    }

    [Fact]
    public void The_published_example_of_a_signature_comes_out()
    {
        var form = new Dictionary<string, string> { ["To"] = "+18005551212", ["CallSid"] = "CA1234567890ABCDE", ["From"] = "+12349013030", ["Digits"] = "1234", ["Caller"] = "+12349013030" };
        SmsCallback.Sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form).ShouldBe("0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
    }

    [Theory]
    [InlineData("delivered", null, DeliveryReportKind.Delivered)]
    [InlineData("read", null, DeliveryReportKind.Opened)]
    [InlineData("undelivered", 30003, DeliveryReportKind.SoftBounce)]
    [InlineData("undelivered", 30005, DeliveryReportKind.HardBounce)]
    [InlineData("failed", 30006, DeliveryReportKind.HardBounce)]
    [InlineData("failed", 30007, DeliveryReportKind.SoftBounce)]
    [InlineData("failed", null, DeliveryReportKind.SoftBounce)]
    [InlineData("sent", null, null)]
    [InlineData("queued", null, null)]
    [InlineData("", null, null)]
    public void Each_status_tells_something_or_nothing(string status, int? code, DeliveryReportKind? kind) => SmsFeedback.Read(status, code, Messages.Noon)?.Kind.ShouldBe(kind!.Value);

    private Task<SendAnswer> SendAsync(string text, string number = Number, string query = "from=+4930123456", string publicUrl = "https://track.shop.example/")
    {
        _options.Providers = [$"http://AC0123:{Token}@127.0.0.1:{_sink.Port}?{query}"];
        return Provider(publicUrl).SendAsync(Messages.Of(DeliveryChannel.Sms, number, text), CancellationToken.None);
    }

    private IProvider Provider(string publicUrl)
    {
        _providers?.Dispose();
        _providers = new SmsProviders(_options, new OutgoingOptions(), new SmsCallback(new GatewayOptions { PublicUrl = publicUrl }, _options), _tenants, _clock);
        return _providers.All.Single();
    }

    private sealed class Tenants : ITenantCatalog
    {
        public TenantSettings Settings { get; set; } = TenantSettings.Default;

        public TenantSettings Of(string tenant) => Settings;
    }
}
