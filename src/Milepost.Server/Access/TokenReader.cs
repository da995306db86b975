using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Milepost.Protocol;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access.Revocations;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;

namespace Milepost.Server.Access;

/// <summary>Reads JSON Web Tokens (RFC 7519) by the one algorithm family that the configuration says, and never by what the token says.</summary>
internal sealed class TokenReader
{
    // Longer tokens are refused before any signature work.
    private const int MaxTokenLength = 8 * 1024;
    private const int MaxRemembered = 256;

    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = MaxTokenLength };
    private readonly TokenValidationParameters _parameters;
    private readonly IssuerKeys? _issuer;
    private readonly RevocationMarks _revoked;
    private readonly TimeSpan _maxLife;
    private readonly TimeProvider _time;

    // A shop posts thousands of events with one token. Customers' tokens are not kept: there are too many and each is used once.
    private readonly ConcurrentDictionary<string, Caller> _writers = new(StringComparer.Ordinal);

    /// <param name="keys">Where the keys come from.</param>
    /// <param name="issuer">The issuer's keys, when it is the one that signs.</param>
    /// <param name="options">What tokens must say.</param>
    /// <param name="revoked">Which do not count any more.</param>
    /// <param name="time">The clock.</param>
    public TokenReader(KeySource keys, IssuerKeys? issuer, AuthOptions options, RevocationMarks revoked, TimeProvider time)
    {
        _issuer = issuer;
        _revoked = revoked;
        _maxLife = TimeSpan.FromDays(options.MaxTokenDays);
        _time = time;
        _parameters = new TokenValidationParameters
        {
            ValidateIssuer = issuer is not null,
            ValidateAudience = options.Audience.Length > 0,
            ValidAudience = options.Audience,
            ValidTypes = ["JWT", "at+jwt"],
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = TimeSpan.FromSeconds(options.ClockSkewSeconds),
            LifetimeValidator = IsAlive,
        };
        if (issuer is not null)
        {
            _parameters.ValidAlgorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.EcdsaSha256];
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
            return known.ExpiresAt + _parameters.ClockSkew > _time.GetUtcNow() && !_revoked.IsRevoked(known) ? known : null;
        }

        if (await ParametersAsync(token) is not { } parameters)
        {
            return null;
        }

        var result = await _handler.ValidateTokenAsync(token, parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || ToCaller(jwt) is not { } caller || !IsOfAge(caller) || _revoked.IsRevoked(caller))
        {
            return null;
        }

        // An issuer may withdraw the key of a token: only those of our own key are good for as long as they say.
        if (_issuer is null && (caller.Scopes & Scopes.EventsWrite) != Scopes.None && _writers.Count < MaxRemembered)
        {
            _writers.TryAdd(token, caller);
        }

        return caller;
    }

    /// <summary>With the keys that the token needs; null when there are none.</summary>
    private async ValueTask<TokenValidationParameters?> ParametersAsync(string token)
    {
        if (_issuer is null)
        {
            return _parameters;
        }

        string? keyId;
        try
        {
            keyId = _handler.ReadJsonWebToken(token).Kid;
        }
        catch (Exception failure) when (failure is ArgumentException or SecurityTokenException)
        {
            // Not a token at all.
            return null;
        }

        if (await _issuer.ForAsync(string.IsNullOrEmpty(keyId) ? null : keyId) is not { } issuer)
        {
            return null;
        }

        var parameters = _parameters.Clone();
        parameters.ValidIssuer = issuer.Issuer;
        parameters.IssuerSigningKeys = issuer.SigningKeys;
        return parameters;
    }

    /// <summary>A longer life than the server remembers revocations for is refused, and so is a birth in the future: it would escape them.</summary>
    private bool IsOfAge(Caller caller)
    {
        var now = _time.GetUtcNow();
        var issued = caller.IssuedAt ?? now;
        return issued <= now + _parameters.ClockSkew && caller.ExpiresAt - issued <= _maxLife;
    }

    private static Caller? ToCaller(JsonWebToken jwt)
    {
        var tenant = jwt.TryGetValue<string>("tenant", out var claimed) ? claimed : null;
        var scope = jwt.TryGetValue<string>("scope", out var scopes) ? scopes : null;
        return Identifiers.IsValid(jwt.Subject) && Identifiers.IsValidTenant(tenant)
            ? new Caller(tenant!, jwt.Subject, ScopeNames.Parse(scope), new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero))
            {
                IssuedAt = jwt.IssuedAt == DateTime.MinValue ? null : new DateTimeOffset(jwt.IssuedAt, TimeSpan.Zero),
            }
            : null;
    }

    private bool IsAlive(DateTime? notBefore, DateTime? expires, SecurityToken token, TokenValidationParameters parameters)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return expires is { } end && end + parameters.ClockSkew > now && (notBefore is not { } start || start - parameters.ClockSkew <= now);
    }
}
