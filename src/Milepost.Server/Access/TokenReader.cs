using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using Milepost.Protocol;
using Milepost.Realtime.Sessions;
using Milepost.Server.Hosting;

namespace Milepost.Server.Access;

/// <summary>Reads JSON Web Tokens (RFC 7519) by the one algorithm family that the configuration says, and never by what the token says.</summary>
internal sealed class TokenReader
{
    // Longer tokens are refused before any signature work.
    private const int MaxTokenLength = 8 * 1024;
    private const int MaxRemembered = 256;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenLength };
    private readonly TokenValidationParameters _parameters;
    private readonly TimeProvider _time;

    // A shop posts thousands of events with one token. Customers' tokens are not kept: there are too many and each is used once.
    private readonly ConcurrentDictionary<string, Caller> _writers = new(StringComparer.Ordinal);

    public TokenReader(KeySource keys, AuthOptions options, TimeProvider time)
    {
        _time = time;
        _parameters = new TokenValidationParameters
        {
            ValidateIssuer = keys is KeySource.Issuer,
            ValidateAudience = options.Audience.Length > 0,
            ValidAudience = options.Audience,
            ValidTypes = ["JWT", "at+jwt"],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromSeconds(options.ClockSkewSeconds),
            LifetimeValidator = IsAlive,
        };
        if (keys is KeySource.Issuer issuer)
        {
            _parameters.ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];
            _parameters.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
                issuer.Authority.TrimEnd('/') + "/.well-known/openid-configuration", new OpenIdConnectConfigurationRetriever(), new HttpDocumentRetriever());
        }
        else
        {
            _parameters.ValidAlgorithms = [SecurityAlgorithms.HmacSha256];
            _parameters.IssuerSigningKey = KeySource.ToKey(keys.SigningSecret!);
        }
    }

    /// <summary>Who the token says the caller is; null when it is not good, for whatever reason.</summary>
    public async ValueTask<Caller?> ReadAsync(string token)
    {
        if (token.Length > MaxTokenLength)
        {
            return null;
        }

        if (_writers.TryGetValue(token, out var known))
        {
            return known.ExpiresAt + _parameters.ClockSkew > _time.GetUtcNow() ? known : null;
        }

        var result = await _handler.ValidateTokenAsync(token, _parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || ToCaller(jwt) is not { } caller)
        {
            return null;
        }

        if ((caller.Scopes & Scopes.EventsWrite) != Scopes.None && _writers.Count < MaxRemembered)
        {
            _writers.TryAdd(token, caller);
        }

        return caller;
    }

    private static Caller? ToCaller(JsonWebToken jwt)
    {
        var tenant = jwt.TryGetValue<string>("tenant", out var claimed) ? claimed : null;
        var scope = jwt.TryGetValue<string>("scope", out var scopes) ? scopes : null;
        return Identifiers.IsValid(jwt.Subject) && Identifiers.IsValidTenant(tenant)
            ? new Caller(tenant!, jwt.Subject, ScopeNames.Parse(scope), new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero))
            : null;
    }

    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return expires is { } end && end + parameters.ClockSkew > now && (notBefore is not { } start || start - parameters.ClockSkew <= now);
    }
}
