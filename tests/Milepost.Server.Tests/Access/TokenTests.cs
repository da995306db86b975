using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;

namespace Milepost.Server.Tests.Access;

public sealed class TokenTests
{
    private const string Key = "a signing key of the test's own, long enough";

    // Read anew each time: a busy machine may come to the last test long after the first.
    private static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    public static TheoryData<string, string> Bad
    {
        get
        {
            var good = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sub"] = "c-1", ["tenant"] = "acme", ["exp"] = Now + 600 };
            var rows = new TheoryData<string, string>
            {
                { "algorithm none", Raw("""{"alg":"none","typ":"JWT"}""", good, key: null) },
                { "algorithm NONE", Raw("""{"alg":"NONE","typ":"JWT"}""", good, key: null) },
                { "algorithm none with a signature", Raw("""{"alg":"none","typ":"JWT"}""", good, Key) },
                { "no algorithm", Raw("""{"typ":"JWT"}""", good, Key) },
                { "HS512 with the right key", Hs512(good) },
                { "a wrong key", Raw("""{"alg":"HS256","typ":"JWT"}""", good, "another key, long enough to be a key of HS256") },
                { "no signature", Raw("""{"alg":"HS256","typ":"JWT"}""", good, key: null) },
                { "another type", Raw("""{"alg":"HS256","typ":"dpop+jwt"}""", good, Key) },
                { "an own key in the header", Raw("""{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AAAA"}}""", good, "another key, long enough to be a key of HS256") },
                { "empty", "" },
                { "garbage", "garbage" },
                { "three dots", "..." },
                { "not base64", "%%%.%%%.%%%" },
                { "9 kB", Sign(With(good, "pad", new string('p', 9_000))) },
            };
            foreach (var (name, claim, value) in (IEnumerable<(string, string, object?)>)
            [
                ("expired beyond the skew", "exp", Now - 40), ("not yet valid", "nbf", Now + 600), ("without an end", "exp", null), ("an end that is no number", "exp", "tomorrow"),
                ("without a subject", "sub", null), ("an empty subject", "sub", ""), ("a subject with a slash", "sub", "a/b"), ("a subject of 129", "sub", new string('s', 129)),
                ("without a tenant", "tenant", null), ("an empty tenant", "tenant", ""), ("a tenant in capitals", "tenant", "ACME"), ("a tenant with a path", "tenant", "../acme"),
                ("a list of tenants", "tenant", new[] { "acme", "globex" }), ("a tenant of 64", "tenant", new string('t', 64)),
            ])
            {
                rows.Add(name, Sign(With(good, claim, value)));
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public async Task A_bad_token_is_unauthorized(string name, string token)
    {
        await using var server = await StartAsync();
        using var http = server.Http(null);
        http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using var answer = await http.GetAsync("/api/v1/acme/orders");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, name);
        (await answer.ProblemAsync()).Code.ShouldBe("unauthorized");
        answer.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");
    }

    [Theory]
    [InlineData(600, null)]
    [InlineData(-10, null)]
    [InlineData(600, 10)]
    public async Task A_good_token_is_let_in_within_the_skew(int exp, int? nbf)
    {
        await using var server = await StartAsync();
        var claims = new Dictionary<string, object?>(StringComparer.Ordinal) { ["sub"] = "c-1", ["tenant"] = "acme", ["exp"] = Now + exp };
        using var http = server.Http(Sign(With(claims, "nbf", nbf is { } seconds ? Now + seconds : null)));
        (await http.GetAsync("/api/v1/acme/orders")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("token")]
    [InlineData("access_token")]
    [InlineData("jwt")]
    public async Task A_token_in_the_address_is_refused_even_beside_a_good_header(string parameter)
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(TestServer.Token("c-1"));
        foreach (var path in (string[])["/api/v1/acme/orders", "/api/v1/poll", "/ws"])
        {
            using var answer = await http.GetAsync($"{path}?{parameter}={TestServer.Token("c-1")}");
            answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            (await answer.ProblemAsync()).Code.ShouldBe("token_in_url");
        }
    }

    private static Task<TestServer> StartAsync() => TestServer.StartAsync(settings => settings.Auth.SigningKey = Key);

    private static Dictionary<string, object?> With(Dictionary<string, object?> claims, string name, object? value)
    {
        var changed = new Dictionary<string, object?>(claims, StringComparer.Ordinal) { [name] = value };
        if (value is null)
        {
            changed.Remove(name);
        }

        return changed;
    }

    private static string Sign(Dictionary<string, object?> claims) => Raw("""{"alg":"HS256","typ":"JWT"}""", claims, Key);

    private static string Raw(string header, Dictionary<string, object?> claims, string? key)
    {
        var signed = Encode(Encoding.UTF8.GetBytes(header)) + "." + Encode(JsonSerializer.SerializeToUtf8Bytes(claims));
        return signed + "." + (key is null ? "" : Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(signed))));
    }

    private static string Hs512(Dictionary<string, object?> claims)
    {
        var signed = Encode("""{"alg":"HS512","typ":"JWT"}"""u8) + "." + Encode(JsonSerializer.SerializeToUtf8Bytes(claims));
        return signed + "." + Encode(HMACSHA512.HashData(Encoding.UTF8.GetBytes(Key), Encoding.ASCII.GetBytes(signed)));
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
