using System.Text;
using Microsoft.IdentityModel.Tokens;
using Milepost.Server.Settings;

namespace Milepost.Server.Hosting;

/// <summary>Where the keys that check tokens come from.</summary>
internal abstract record KeySource
{
    private KeySource()
    {
    }

    /// <summary><c>Auth:SigningKey</c>.</summary>
    public sealed record Configured(string Secret) : KeySource;

    /// <summary>Nothing was set: a key of our own, kept in the file <paramref name="Path"/>.</summary>
    public sealed record Development(string Secret, string Path) : KeySource;

    /// <summary>An OpenID Connect issuer; this server cannot sign for it.</summary>
    public sealed record Issuer(string Authority) : KeySource;

    /// <summary>Reads the development key, or makes it, where it is the one in force.</summary>
    public static KeySource Of(ServerSettings settings)
    {
        if (settings.Auth.SigningKey.Length > 0)
        {
            return new Configured(settings.Auth.SigningKey);
        }

        return settings.Auth.Authority.Length > 0
            ? new Issuer(settings.Auth.Authority)
            : new Development(DevelopmentKey.ReadOrCreate(settings.Storage.DataDirectory), DevelopmentKey.PathIn(settings.Storage.DataDirectory));
    }

    /// <summary>The secret to sign with, or null when only the issuer can sign.</summary>
    public string? SigningSecret => this switch
    {
        Configured configured => configured.Secret,
        Development development => development.Secret,
        _ => null,
    };

    /// <summary>The key of HS256 out of a secret: its UTF-8 bytes, as other JWT libraries do.</summary>
    public static SymmetricSecurityKey ToKey(string secret) => new(Encoding.UTF8.GetBytes(secret));
}
