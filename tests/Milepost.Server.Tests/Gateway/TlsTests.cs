using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Server.Settings;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Gateway;

/// <summary>Under TLS the connection is not taken over: the session runs within the request.</summary>
public sealed class TlsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_websocket_works_under_tls_over_either_http_version(int major)
    {
        using var directory = new TempDirectory();
        await using var server = await TestServer.StartAsync(settings => Encrypt(settings, directory.Path));
        using var shop = new TrustingShop(server);
        using var http = new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = delegate { return true; } } };
        using var invoker = new HttpMessageInvoker(http);
        await using var live = await LiveSocket.OpenAsync(
            server, "/ws/notifications", TestServer.Token("anna"), invoker, major == 2 ? HttpVersion.Version20 : HttpVersion.Version11);
        await live.NextAsync(FrameTypes.Ready);
        await shop.PlacesAsync("o-1", "anna");
        (await live.NextAsync(FrameTypes.NotificationNew)).Offset.ShouldBe(1);
        await live.SendAsync("""{"type":"ping"}""");
        await live.NextAsync(FrameTypes.Pong);
        var stopping = server.App.StopAsync(TestContext.Current.CancellationToken);
        await live.NextAsync(FrameTypes.Reconnect);
        (await live.CloseCodeAsync()).ShouldBe(4100);
        await stopping.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        server.Get<SessionRegistry>().Count.ShouldBe(0);
    }

    private static void Encrypt(ServerSettings settings, string directory)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var path = Path.Combine(directory, "server.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pfx, "test"));
        settings.Configuration["Kestrel:Endpoints:Tls:Url"] = "https://127.0.0.1:0";
        settings.Configuration["Kestrel:Endpoints:Tls:Certificate:Path"] = path;
        settings.Configuration["Kestrel:Endpoints:Tls:Certificate:Password"] = "test";
    }

    /// <summary>Places one order over a connection that believes any certificate.</summary>
    private sealed class TrustingShop(TestServer server) : IDisposable
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = delegate { return true; } } })
        {
            BaseAddress = server.Address,
            DefaultRequestHeaders = { Authorization = new("Bearer", TestServer.Token("shop", "events:write")) },
        };

        public async Task PlacesAsync(string order, string customer)
        {
            using var content = new StringContent(
                $$$"""{"specversion":"1.0","id":"1","source":"/test","type":"order.placed","subject":"{{{order}}}","data":{"customer":{"id":"{{{customer}}}" } } }""",
                System.Text.Encoding.UTF8, "application/cloudevents+json");
            (await _http.PostAsync("/api/v1/acme/events", content)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        }

        public void Dispose() => _http.Dispose();
    }
}
