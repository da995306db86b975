using System.Net;
using Milepost.Channels.Tests.Push;
using Milepost.Core.Customers;
using Milepost.Server.Channels;
using Milepost.Server.Channels.WebPush;
using Milepost.Server.Outgoing;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.WebPush;

/// <summary>
/// The push service that Chromium is built for, in the place of Google's (<c>tests/peers/gcm-server.mjs</c>): takes what is posted for a subscription
/// as strictly, and hands it to the browser as it came. It cannot read it.
/// </summary>
internal sealed class GcmServer : IAsyncDisposable
{
    private readonly TestCertificates _certificates;
    private readonly NodePeer _peer;
    private readonly OutgoingHttp _http;

    private GcmServer(TestCertificates certificates, NodePeer peer)
    {
        (_certificates, _peer) = (certificates, peer);
        var rules = OutgoingRules.Of(new OutgoingOptions { AllowPrivate = ["127.0.0.1"], Ports = ["*"] });
        var authorities = TrustedAuthorities.Read(certificates.AuthorityFile);
        _http = new OutgoingHttp(rules, (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]), TimeProvider.System, authorities);
    }

    /// <summary>What makes a Chromium use this service (google_apis/gcm/engine/gservices_switches.cc).</summary>
    public IEnumerable<string> Switches =>
    [
        $"--gcm-checkin-url={_peer.Hello.GetProperty("checkIn")}",
        $"--gcm-registration-url={_peer.Hello.GetProperty("registration")}",
        $"--gcm-mcs-endpoint={_peer.Hello.GetProperty("connection")}",
        $"--ignore-certificate-errors-spki-list={_certificates.KeyHash}",
    ];

    /// <summary>The hosts are those of the subscriptions that Chromium gives, by the channel that it was built for.</summary>
    public static async Task<GcmServer> StartAsync()
    {
        var certificates = new TestCertificates("fcm.googleapis.com", "jmt17.google.com");
        return new GcmServer(certificates, await NodePeer.StartAsync("gcm-server.mjs", certificates.CertificateFile, certificates.KeyFile));
    }

    /// <summary>Our own way to a push service, under these keys.</summary>
    public WebPushProvider Provider(VapidKeys keys) => new(_http, new VapidTokens(keys, "mailto:ops@shop.example", TimeProvider.System), TimeProvider.System);

    /// <summary>A message for a subscription. The port is ours, since the true one is not a test's to listen on.</summary>
    public OutgoingMessage To(Subscription browser)
    {
        var address = new UriBuilder(browser.Endpoint) { Port = _peer.Hello.GetProperty("port").GetInt32() }.Uri.AbsoluteUri;
        return Messages.To(DeviceKind.WebPush, address, browser.Keys.P256dh, browser.Keys.Auth) with { ExpiresAt = TimeProvider.System.GetUtcNow().AddHours(4) };
    }

    /// <summary>One bit of the next body changes on its way to the browser.</summary>
    public Task DamageNextAsync() => _peer.TellAsync(new { damage = true });

    /// <inheritdoc cref="NodePeer.NextAsync"/>
    public Task<GcmPost> NextAsync() => _peer.NextAsync<GcmPost>();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _peer.DisposeAsync();
        _certificates.Dispose();
    }
}

/// <summary>What was posted for a subscription, and what it was answered.</summary>
internal sealed record GcmPost(string Path, int Status, int Length);

/// <summary>What a page gives to the shop (PushSubscription's toJSON).</summary>
internal sealed record Subscription(string Endpoint, SubscriptionKeys Keys);

internal sealed record SubscriptionKeys(string P256dh, string Auth);
