using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Milepost.Server.Channels;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Email;

public sealed class SmtpTlsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-smtp-");

    [Theory]
    [InlineData("smtp", "tls=required", false)]
    [InlineData("smtps", "", true)]
    public async Task With_a_certificate_that_is_trusted_mail_and_password_go_through_TLS(string scheme, string query, bool isImplicit)
    {
        var (key, certificate) = Certificate("127.0.0.1");
        await using var peer = await SmtpPeer.StartAsync(new { key, cert = certificate, starttls = !isImplicit, @implicit = isImplicit, user = "mile", password = "post" });
        using var provider = Mails.Provider(Mails.Options(peer.Server("mile:post@", $"{query}&ca={certificate}".TrimStart('&'), scheme)));
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        var message = await peer.ArrivedAsync();
        (message.Secure, message.User).ShouldBe((true, "mile"));
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_down_where_TLS_is_required_and_will_do_where_it_is_not()
    {
        var (key, certificate) = Certificate("127.0.0.1");
        await using var peer = await SmtpPeer.StartAsync(new { key, cert = certificate, starttls = true });
        using var strict = Mails.Provider(Mails.Options(peer.Server(query: "tls=required")));
        (await strict.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>();
        peer.Messages.ShouldBeEmpty();
        using var lenient = Mails.Provider(Mails.Options(peer.Server(query: "tls=opportunistic")));
        (await lenient.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        (await peer.ArrivedAsync()).Secure.ShouldBeTrue();
    }

    [Fact]
    public async Task A_certificate_of_another_host_is_down()
    {
        var (key, certificate) = Certificate("127.0.0.9");
        await using var peer = await SmtpPeer.StartAsync(new { key, cert = certificate, starttls = true });
        using var provider = Mails.Provider(Mails.Options(peer.Server(query: $"ca={certificate}")));
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>();
    }

    [Fact]
    public async Task A_server_without_STARTTLS_gets_nothing_where_TLS_is_required()
    {
        await using var peer = await SmtpPeer.StartAsync(new { user = "mile", password = "post" });
        using var strict = Mails.Provider(Mails.Options(peer.Server("mile:post@", "tls=required")));
        (await strict.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>().Reason.ShouldContain("does not offer STARTTLS");
    }

    [Fact]
    public async Task What_comes_in_plain_text_behind_STARTTLS_is_not_believed()
    {
        await using var server = ScriptedServer.Start("220 hello\r\n", "250-hello\r\n250 STARTTLS\r\n", "220 go on\r\n250 AUTH PLAIN\r\n");
        using var provider = Mails.Provider(Mails.Options($"smtp://127.0.0.1:{Mails.Text(server.Port)}?tls=opportunistic"));
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>().Reason.ShouldContain("plain text behind STARTTLS");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private (string Key, string Certificate) Certificate(string address)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={address}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var files = (Path.Combine(_directory.FullName, "key.pem"), Path.Combine(_directory.FullName, "certificate.pem"));
        File.WriteAllText(files.Item1, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(files.Item2, certificate.ExportCertificatePem());
        return files;
    }
}
