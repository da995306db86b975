using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels.Email;

/// <summary>How a connection is protected.</summary>
internal enum SmtpTls
{
    /// <summary>Not at all.</summary>
    Off,

    /// <summary>STARTTLS where it is offered, with whatever certificate: against those who only listen (RFC 7435).</summary>
    Opportunistic,

    /// <summary>STARTTLS with a certificate that is good for the host, or nothing is sent.</summary>
    Required,

    /// <summary>TLS from the first byte (RFC 8314), with such a certificate.</summary>
    Implicit,
}

/// <summary>One entry of <c>Channels:Email:Servers</c>. Not a record: it must not print its password.</summary>
internal sealed class SmtpServer
{
    private const int SubmissionPort = 587;
    private const int ImplicitPort = 465;

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required SmtpTls Tls { get; init; }

    /// <summary>Null: the server asks for no credentials.</summary>
    public string? User { get; init; }

    public string Password { get; init; } = "";

    /// <summary>The authorities to trust; null: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    public string Name => $"{Host}:{Port}";

    public override string ToString() => Name;

    /// <summary>Reads an entry. Null: <paramref name="problem"/> says why, without repeating what may hold a password.</summary>
    public static SmtpServer? Parse(string text, out string problem)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("smtp" or "smtps") || HostOf(uri) is not { } host || uri.AbsolutePath is not ("" or "/") || uri.Fragment.Length > 0)
        {
            problem = "is not understood. Write smtp://user:password@relay.example:587?tls=required; signs like @ : / # in user and password as %40 %3A %2F %23";
            return null;
        }

        var parts = uri.UserInfo.Split(':', 2);
        var (user, password) = (Uri.UnescapeDataString(parts[0]), parts.Length == 2 ? Uri.UnescapeDataString(parts[1]) : "");
        problem = Query(uri, out var tls, out var authorities) ?? Credentials(uri.UserInfo, user, password, tls) ?? "";
        return problem.Length > 0 ? null : new SmtpServer
        {
            Host = host,
            Port = uri.Port > 0 ? uri.Port : tls == SmtpTls.Implicit ? ImplicitPort : SubmissionPort,
            Tls = tls,
            User = user.Length > 0 ? user : null,
            Password = password,
            Authorities = authorities,
        };
    }

    private static string? HostOf(Uri uri) => uri.HostNameType switch
    {
        UriHostNameType.Dns => EmailAddress.AsciiDomain(uri.IdnHost),
        UriHostNameType.IPv4 => uri.Host,
        UriHostNameType.IPv6 => uri.Host.Trim('[', ']'),
        _ => null,
    };

    private static string? Query(Uri uri, out SmtpTls tls, out X509Certificate2Collection? authorities)
    {
        (tls, authorities) = (uri.Scheme == "smtps" ? SmtpTls.Implicit : SmtpTls.Required, null);
        foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (pair.Split('=', 2)[0], Uri.UnescapeDataString(pair.Split('=', 2)[^1]));
            switch (name, value)
            {
                case ("tls", "required" or "opportunistic" or "off") when tls != SmtpTls.Implicit:
                    tls = value switch { "off" => SmtpTls.Off, "opportunistic" => SmtpTls.Opportunistic, _ => SmtpTls.Required };
                    break;
                case ("tls", _):
                    return "has a tls that is not required, opportunistic or off (with smtps:// there is nothing to choose)";
                case ("ca", _):
                    authorities = [];
                    try
                    {
                        authorities.ImportFromPemFile(value);
                    }
                    catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
                    {
                        return "names a file of certificates (ca) that cannot be read";
                    }

                    if (authorities.Count == 0)
                    {
                        return "names a file (ca) that holds no certificate in PEM";
                    }

                    break;
                default:
                    return "has a parameter that is neither tls nor ca";
            }
        }

        if (uri.Port == ImplicitPort && tls != SmtpTls.Implicit)
        {
            return "uses port 465, where TLS begins with the first byte: write smtps://";
        }

        return authorities is not null && tls is SmtpTls.Off or SmtpTls.Opportunistic ? "names certificates (ca) that nobody would look at: set tls=required" : null;
    }

    private static string? Credentials(string info, string user, string password, SmtpTls tls)
    {
        if (info.Length == 0)
        {
            return null;
        }

        if (user.Length == 0 || password.Length == 0 || user.Any(char.IsControl) || password.Any(char.IsControl))
        {
            return "needs a user and a password, without control characters, or neither";
        }

        // Whoever can take STARTTLS out of the server's offer would get the password.
        return tls == SmtpTls.Opportunistic ? "sends a password over a connection that anybody may have stripped of TLS: set tls=required (or off, where the way is safe)" : null;
    }
}
