using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Milepost.Server.Channels.Push;

/// <summary>Signs the tokens by which push services know us (RFC 7515, ES256).</summary>
internal static class Es256Token
{
    private static readonly JsonWebTokenHandler Tokens = new() { SetDefaultTimesOnTokenCreation = false };

    /// <param name="key">On P-256.</param>
    /// <param name="keyId">The <c>kid</c>; null: none.</param>
    /// <param name="claims">Strings and whole numbers.</param>
    public static string Sign(ECDsa key, string? keyId, IReadOnlyDictionary<string, object> claims)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, value) in claims)
            {
                if (value is long number)
                {
                    json.WriteNumber(name, number);
                }
                else
                {
                    json.WriteString(name, (string)value);
                }
            }

            json.WriteEndObject();
        }

        // The library keeps signers by key; ours is used for a token every few hours.
        var security = new ECDsaSecurityKey(key) { KeyId = keyId, CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false } };
        return Tokens.CreateToken(System.Text.Encoding.UTF8.GetString(buffer.ToArray()), new SigningCredentials(security, SecurityAlgorithms.EcdsaSha256));
    }
}
