using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Milepost.Server.Outgoing;

/// <summary>Certificates that may sign those of other servers, beside the system's. Names and dates are checked as ever.</summary>
internal sealed class TrustedAuthorities(X509Certificate2Collection certificates)
{
    /// <summary>Null: the system's alone.</summary>
    public static TrustedAuthorities? Of(OutgoingOptions options) => options.CaFile.Length == 0 ? null : Read(options.CaFile);

    public static TrustedAuthorities Read(string file)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPemFile(file);
        return new TrustedAuthorities(certificates);
    }

    /// <summary>What is wrong with the file; null: nothing.</summary>
    public static string? Problem(string file)
    {
        try
        {
            return Read(file).Count > 0 ? null : $"{file} holds no certificate";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"{file} cannot be read: {failure.Message}";
        }
    }

    public int Count => certificates.Count;

    public void ApplyTo(SslClientAuthenticationOptions tls) => tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        errors == SslPolicyErrors.None || (errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is X509Certificate2 server && Signed(server, chain));

    private bool Signed(X509Certificate2 server, X509Chain? presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(certificates);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1"));
        foreach (var element in presented?.ChainElements.Skip(1) ?? [])
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return chain.Build(server);
    }
}
