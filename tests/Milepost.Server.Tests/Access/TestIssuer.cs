using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Milepost.Server.Tests.Access;

/// <summary>An OpenID Connect issuer: discovery, its public keys over HTTP, and tokens signed by them.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, SecurityKey> _keys = new(StringComparer.Ordinal);
    private int _reads;

    private TestIssuer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => Results.Text(new JsonObject { ["issuer"] = Address, ["jwks_uri"] = Address + "/keys" }.ToJsonString(), "application/json"));
        _app.MapGet("/keys", Keys);
    }

    public string Address => _app.Urls.First();

    /// <summary>How often its keys were read.</summary>
    public int Reads => Volatile.Read(ref _reads);

    /// <summary>It answers with errors.</summary>
    public bool IsBroken { get; set; }

    public static async Task<TestIssuer> StartAsync()
    {
        var issuer = new TestIssuer();
        await issuer._app.StartAsync();
        return issuer;
    }

    public void AddRsa(string id) => _keys[id] = new RsaSecurityKey(RSA.Create(2048)) { KeyId = id };

    public void AddEc(string id) => _keys[id] = new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = id };

    /// <summary>Publishes it no longer; it can still be signed with what <see cref="Token"/> has made.</summary>
    public void Remove(string id) => _keys.TryRemove(id, out _);

    public string Token(string keyId, DateTimeOffset now, string? issuer = null, string subject = "anna") => Sign(_keys[keyId], now, issuer ?? Address, subject);

    /// <summary>A token whose header names a key that does not exist.</summary>
    public string TokenOfUnknownKey(string keyId, DateTimeOffset now)
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Sign(new ECDsaSecurityKey(stranger) { KeyId = keyId }, now, Address, "anna");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string Sign(SecurityKey key, DateTimeOffset now, string issuer, string subject) =>
        new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "JWT",
            Issuer = issuer,
            IssuedAt = now.UtcDateTime,
            Expires = now.AddDays(1).UtcDateTime,
            Claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["sub"] = subject, ["tenant"] = "acme" },
            SigningCredentials = new SigningCredentials(key, key is RsaSecurityKey ? SecurityAlgorithms.RsaSha256 : SecurityAlgorithms.EcdsaSha256),
        });

    private static JsonObject ToJson(SecurityKey key) => key switch
    {
        RsaSecurityKey { Rsa: { } rsa } => new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["kid"] = key.KeyId,
            ["n"] = Base64Url.EncodeToString(rsa.ExportParameters(includePrivateParameters: false).Modulus),
            ["e"] = Base64Url.EncodeToString(rsa.ExportParameters(includePrivateParameters: false).Exponent),
        },
        ECDsaSecurityKey { ECDsa: { } ec } => new JsonObject
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["use"] = "sig",
            ["kid"] = key.KeyId,
            ["x"] = Base64Url.EncodeToString(ec.ExportParameters(includePrivateParameters: false).Q.X),
            ["y"] = Base64Url.EncodeToString(ec.ExportParameters(includePrivateParameters: false).Q.Y),
        },
        _ => throw new InvalidOperationException("neither RSA nor EC"),
    };

    private IResult Keys()
    {
        Interlocked.Increment(ref _reads);
        return IsBroken
            ? Results.StatusCode(StatusCodes.Status500InternalServerError)
            : Results.Text(new JsonObject { ["keys"] = new JsonArray([.. _keys.Values.Select(ToJson)]) }.ToJsonString(), "application/json");
    }
}
