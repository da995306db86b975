using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Milepost.Server.Channels.WebPush;
using Milepost.Testing;

namespace Milepost.Channels.Tests.WebPush;

public sealed class VapidTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void The_example_of_RFC_8292_is_verified_by_what_verifies_ours()
    {
        Verify(
            "vapid t=eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA, k=BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs")
            .GetProperty("sub").GetString().ShouldBe("mailto:push@example.com");
        var claims = Verify(Tokens(VapidKeys.Parse(VapidKeys.Make())!).Authorization("https://push.example.net"));
        claims.GetProperty("aud").GetString().ShouldBe("https://push.example.net");
        claims.GetProperty("sub").GetString().ShouldBe("mailto:ops@shop.example");
        var life = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()) - _clock.GetUtcNow();
        life.ShouldBeGreaterThan(TimeSpan.Zero);
        life.ShouldBeLessThanOrEqualTo(TimeSpan.FromHours(24));
        claims.EnumerateObject().Select(claim => claim.Name).ShouldBe(["aud", "exp", "sub"], ignoreOrder: true);
    }

    [Fact]
    public void A_token_is_kept_for_its_service_and_made_again_before_it_ends()
    {
        var tokens = Tokens(VapidKeys.Parse(VapidKeys.Make())!);
        var first = tokens.Authorization("https://one.example");
        tokens.Authorization("https://two.example").ShouldNotBe(first);
        _clock.Advance(VapidTokens.Life - TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        tokens.Authorization("https://one.example").ShouldBe(first);
        _clock.Advance(TimeSpan.FromSeconds(1));
        tokens.Authorization("https://one.example").ShouldNotBe(first);
    }

    [Fact]
    public void Invented_services_do_not_push_out_a_real_one()
    {
        var tokens = Tokens(VapidKeys.Parse(VapidKeys.Make())!);
        tokens.Authorization("https://real.example");
        tokens.Accepted("https://real.example");
        for (var i = 0; i < 1000; i++)
        {
            tokens.Authorization($"https://{i}.example");
        }

        tokens.IsAccepted("https://real.example").ShouldBeTrue();
        _clock.Advance(VapidTokens.ProofFor);
        tokens.IsAccepted("https://real.example").ShouldBeFalse();
    }

    [Fact]
    public void Keys_are_made_once_and_only_their_owner_reads_them()
    {
        var directory = Directory.CreateTempSubdirectory("milepost-test-").FullName;
        try
        {
            var keys = VapidKeys.ReadOrCreate(directory);
            VapidKeys.ReadOrCreate(directory).PublicKey.ShouldBe(keys.PublicKey);
            Base64Url.DecodeFromChars(keys.PublicKey).Length.ShouldBe(65);
            var file = Path.Combine(directory, VapidKeys.FileName);
            if (!OperatingSystem.IsWindows())
            {
                File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            File.WriteAllText(file, "not a key");
            Should.Throw<InvalidDataException>(() => VapidKeys.ReadOrCreate(directory)).Message.ShouldContain(VapidKeys.FileName);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("__________________________________________8")]
    public void What_is_no_private_key_is_not_taken(string text) => VapidKeys.Parse(text).ShouldBeNull();

    private VapidTokens Tokens(VapidKeys keys) => new(keys, "mailto:ops@shop.example", _clock);

    // As a push service does it: RFC 8292, 3 and RFC 7515.
    private static JsonElement Verify(string authorization)
    {
        authorization.ShouldStartWith("vapid t=");
        var parts = authorization["vapid t=".Length..].Split(", k=");
        var token = parts[0].Split('.');
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = P256.ReadPoint(Base64Url.DecodeFromChars(parts[1]))!.Value });
        key.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64Url.DecodeFromChars(token[2]), HashAlgorithmName.SHA256).ShouldBeTrue();
        var header = JsonElement.Parse(Base64Url.DecodeFromChars(token[0]));
        header.GetProperty("alg").GetString().ShouldBe("ES256");
        header.GetProperty("typ").GetString().ShouldBe("JWT");
        return JsonElement.Parse(Base64Url.DecodeFromChars(token[1]));
    }
}
