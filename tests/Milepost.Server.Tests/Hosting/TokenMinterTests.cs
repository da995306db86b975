using System.Globalization;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Milepost.Server.Hosting;

namespace Milepost.Server.Tests.Hosting;

public sealed class TokenMinterTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-21T18:00:00Z", CultureInfo.InvariantCulture);

    [Fact]
    public void Names_subject_tenant_scopes_and_times()
    {
        var token = Mint(new TokenRequest("shop-1", "customer-17", ["events:write", "operator"], TimeSpan.FromMinutes(5)));

        token.Alg.ShouldBe("HS256");
        token.Typ.ShouldBe("JWT");
        token.Claims.ToDictionary(claim => claim.Type, claim => claim.Value).ShouldBe(
            new Dictionary<string, string>
            {
                ["sub"] = "customer-17",
                ["tenant"] = "shop-1",
                ["scope"] = "events:write operator",
                ["iat"] = Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                ["exp"] = Now.AddMinutes(5).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                ["jti"] = token.Id,
            },
            ignoreOrder: true);
    }

    [Fact]
    public void A_customer_has_no_scope_claim() =>
        Mint(new TokenRequest("t", "c", [], TimeSpan.FromHours(1))).TryGetClaim("scope", out _).ShouldBeFalse();

    [Fact]
    public void Two_tokens_are_never_the_same()
    {
        var request = new TokenRequest("t", "c", [], TimeSpan.FromHours(1));

        Mint(request).Id.ShouldNotBe(Mint(request).Id);
    }

    [Fact]
    public async Task The_key_of_the_server_accepts_it_and_another_does_not()
    {
        var text = new TokenMinter(Secret, "milepost", new FixedTime(Now)).Mint(new TokenRequest("t", "c", [], TimeSpan.FromHours(1)));

        (await ValidateAsync(text, Secret)).ShouldBeTrue();
        (await ValidateAsync(text, Secret.Replace('0', '1'))).ShouldBeFalse();
    }

    private static async Task<bool> ValidateAsync(string token, string secret)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKey = KeySource.ToKey(secret),
            ValidateIssuer = false,
            ValidAudience = "milepost",
            ValidateLifetime = false,
        });
        return result.IsValid;
    }

    private static JsonWebToken Mint(TokenRequest request) => new(new TokenMinter(Secret, audience: "", new FixedTime(Now)).Mint(request));

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
