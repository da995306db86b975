using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Milepost.Server.Hosting;

/// <summary>Whom a token is for and what it allows. No scopes: a customer, who sees own data only.</summary>
internal sealed record TokenRequest(string Tenant, string Subject, IReadOnlyList<string> Scopes, TimeSpan Lifetime);

/// <summary>Signs tokens (HS256) with the server's own key: for development, the demo and tests.</summary>
internal sealed class TokenMinter(string secret, string audience, TimeProvider time)
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Mint(TokenRequest request)
    {
        var now = time.GetUtcNow();
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["sub"] = request.Subject,
            ["tenant"] = request.Tenant,
            ["jti"] = Guid.NewGuid().ToString("N"),
        };
        if (request.Scopes.Count > 0)
        {
            claims["scope"] = string.Join(' ', request.Scopes);
        }

        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "JWT",
            IssuedAt = now.UtcDateTime,
            Expires = now.Add(request.Lifetime).UtcDateTime,
            Audience = audience.Length > 0 ? audience : null,
            Claims = claims,
            SigningCredentials = new SigningCredentials(KeySource.ToKey(secret), SecurityAlgorithms.HmacSha256),
        });
    }
}
