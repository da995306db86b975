using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Server.Access;
using Milepost.Server.Access.Revocations;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Access;

/// <summary>Tokens of an OpenID Connect issuer that is really asked, over HTTP.</summary>
public sealed class IssuerTests : IAsyncLifetime
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(15);
    private readonly FakeClock _clock = new();
    private TestIssuer _issuer = null!;
    private TokenReader _reader = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync();
        _issuer.AddRsa("rsa-1");
        _issuer.AddEc("ec-1");
        var options = new AuthOptions { Authority = _issuer.Address };
        _reader = new TokenReader(
            new KeySource.Issuer(_issuer.Address), new IssuerKeys(_issuer.Address, Refresh, _clock, NullLogger<IssuerKeys>.Instance), options, new RevocationMarks(options), _clock);
    }

    public ValueTask DisposeAsync() => _issuer.DisposeAsync();

    [Theory]
    [InlineData("rsa-1")]
    [InlineData("ec-1")]
    public async Task Its_tokens_are_good(string key)
    {
        var caller = (await _reader.ReadAsync(Token(key)).Soon()).ShouldNotBeNull();
        (caller.Tenant, caller.Subject, caller.IssuedAt).ShouldBe(("acme", "anna", _clock.GetUtcNow()));
    }

    [Fact]
    public async Task Another_issuer_s_name_and_another_s_key_are_not()
    {
        (await _reader.ReadAsync(_issuer.Token("rsa-1", _clock.GetUtcNow(), issuer: "https://evil.example")).Soon()).ShouldBeNull();
        (await _reader.ReadAsync(_issuer.TokenOfUnknownKey("rsa-1", _clock.GetUtcNow())).Soon()).ShouldBeNull();
        (await _reader.ReadAsync("no.token.at-all").Soon()).ShouldBeNull();
        (await _reader.ReadAsync("%%%").Soon()).ShouldBeNull();
    }

    [Fact]
    public async Task A_new_key_is_accepted_at_its_first_use()
    {
        await GoodAsync("rsa-1");
        _issuer.AddEc("ec-2");
        _clock.Advance(IssuerKeys.AtMostEvery);
        await GoodAsync("ec-2");
        _issuer.Reads.ShouldBe(2);
    }

    [Fact]
    public async Task A_removed_key_is_refused_when_the_keys_are_read_again()
    {
        var token = Token("rsa-1");
        await GoodAsync("rsa-1");
        _issuer.Remove("rsa-1");
        _clock.Advance(Refresh - TimeSpan.FromSeconds(1));
        (await _reader.ReadAsync(token).Soon()).ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await _reader.ReadAsync(token).Soon()).ShouldBeNull();
        await GoodAsync("ec-1");
    }

    [Fact]
    public async Task Invented_key_names_do_not_become_requests_to_the_issuer()
    {
        await GoodAsync("rsa-1");
        for (var minute = 0; minute < 2; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(index => _reader.ReadAsync(_issuer.TokenOfUnknownKey($"k-{index}", _clock.GetUtcNow())).Soon()));
            answers.ShouldAllBe(caller => caller == null);
        }

        _issuer.Reads.ShouldBe(3);
        await GoodAsync("rsa-1");
    }

    [Fact]
    public async Task While_the_issuer_is_broken_its_keys_stay_in_force()
    {
        var token = Token("rsa-1");
        await GoodAsync("rsa-1");
        _issuer.IsBroken = true;
        _issuer.Remove("rsa-1");
        for (var hour = 0; hour < 3; hour++)
        {
            _clock.Advance(TimeSpan.FromHours(1));
            (await _reader.ReadAsync(token).Soon()).ShouldNotBeNull();
        }

        _issuer.IsBroken = false;
        _clock.Advance(IssuerKeys.AtMostEvery);
        (await _reader.ReadAsync(token).Soon()).ShouldBeNull();
    }

    [Fact]
    public async Task An_issuer_that_was_not_there_at_first_is_found_later()
    {
        _issuer.IsBroken = true;
        (await _reader.ReadAsync(Token("rsa-1")).Soon()).ShouldBeNull();
        _issuer.IsBroken = false;
        _clock.Advance(IssuerKeys.AtMostEvery);
        await GoodAsync("rsa-1");
    }

    [Fact]
    public async Task The_whole_server_takes_them_and_not_tokens_of_a_key_of_its_own()
    {
        await using var server = await TestServer.StartAsync(settings => (settings.Auth.SigningKey, settings.Auth.Authority) = ("", _issuer.Address));
        using var anna = server.Http(_issuer.Token("rsa-1", TimeProvider.System.GetUtcNow()));
        (await anna.GetAsync("/api/v1/acme/orders").Soon()).StatusCode.ShouldBe(HttpStatusCode.OK);
        using var own = server.Http(TestServer.Token("anna"));
        (await own.GetAsync("/api/v1/acme/orders").Soon()).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private string Token(string key) => _issuer.Token(key, _clock.GetUtcNow());

    private async Task GoodAsync(string key) => (await _reader.ReadAsync(Token(key)).Soon()).ShouldNotBeNull(key);
}
