using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Milepost.Channels.Tests.Push;

/// <summary>An authority of the tests and a server's certificate that it has signed, as PEM files.</summary>
internal sealed class TestCertificates : IDisposable
{
    /// <summary>A name for servers that have none of their own.</summary>
    public const string Host = "push.example";

    private readonly string _directory = Directory.CreateTempSubdirectory("milepost-test-").FullName;

    /// <param name="hosts">The names that the certificate is for, beside 127.0.0.1.</param>
    public TestCertificates(params IReadOnlyList<string> hosts)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Milepost test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, critical: true));
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var authority = authorityRequest.CreateSelfSigned(from, from.AddDays(30));

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + hosts[0], serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            names.AddDnsName(host);
        }

        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        using var server = request.Create(authority, from, from.AddDays(29), RandomNumberGenerator.GetBytes(8));

        KeyHash = Convert.ToBase64String(SHA256.HashData(serverKey.ExportSubjectPublicKeyInfo()));
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
        File.WriteAllText(CertificateFile, server.ExportCertificatePem());
        File.WriteAllText(KeyFile, serverKey.ExportPkcs8PrivateKeyPem());
    }

    public string AuthorityFile => Path.Combine(_directory, "authority.pem");

    public string CertificateFile => Path.Combine(_directory, "server.pem");

    public string KeyFile => Path.Combine(_directory, "server.key");

    /// <summary>By which a browser knows the server's key that is told to trust it.</summary>
    public string KeyHash { get; }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
