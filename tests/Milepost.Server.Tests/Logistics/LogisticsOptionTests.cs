using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Routing;
using Milepost.Server.Settings;

namespace Milepost.Server.Tests.Logistics;

public sealed class LogisticsOptionTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_set_is_in_force_and_tokens_are_not_shown()
    {
        var loaded = Load("--Logistics:BaseUrl=http://10.0.0.7:8080/fleet", "--Logistics:Tenants=acme,globex", "--Logistics:Token=tok-1", "--Logistics:TenantTokens=globex=tok-2",
            "--Routing:Provider=mapbox", "--Routing:Token=pk.tok-3").ShouldBeOfType<SettingsResult.Loaded>();
        loaded.Settings.Logistics.IsUsed().ShouldBeTrue();
        loaded.Settings.Logistics.Tenants.ShouldBe(["acme", "globex"]);
        loaded.Effective.Where(setting => setting.Value.Contains("tok-", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_set_is_no_service_and_no_engine()
    {
        var settings = Load().ShouldBeOfType<SettingsResult.Loaded>().Settings;
        (settings.Logistics.IsUsed(), settings.Routing.Provider).ShouldBe((false, RoutingOptions.None));
    }

    [Theory]
    [InlineData("Logistics:BaseUrl", "--Logistics:BaseUrl=ftp://x")]
    [InlineData("Logistics:BaseUrl", "--Logistics:BaseUrl=https://user:tok-1@x")]
    [InlineData("Logistics:BaseUrl", "--Logistics:BaseUrl=https://x?key=tok-1")]
    [InlineData("Logistics:BaseUrl", "--Logistics:Tenants=acme")]
    [InlineData("Logistics:Tenants", "--Logistics:BaseUrl=http://x", "--Logistics:Tenants=Acme")]
    [InlineData("Logistics:Tenants", "--Logistics:BaseUrl=http://x", "--Logistics:Tenants=acme,acme")]
    [InlineData("Logistics:Token", "--Logistics:Token=tok-1 tok-2")]
    [InlineData("Logistics:Token", "--Logistics:Token=tok-1", "--Logistics:TokenFile=/etc/hostname")]
    [InlineData("Logistics:TokenFile", "--Logistics:TokenFile=/there/is/none")]
    [InlineData("Logistics:TenantTokens", "--Logistics:TenantTokens=tok-1")]
    [InlineData("Logistics:TenantTokens", "--Logistics:TenantTokens=acme=tok-1,acme=tok-2")]
    [InlineData("Logistics:RequestSeconds", "--Logistics:RequestSeconds=0")]
    [InlineData("Routing:Provider", "--Routing:Provider=google")]
    [InlineData("Routing:BaseUrl", "--Routing:Provider=osrm")]
    [InlineData("Routing:Token", "--Routing:Provider=mapbox")]
    [InlineData("Routing:Profile", "--Routing:Profile=../x")]
    public void What_cannot_be_is_refused_by_its_name_and_without_secrets(string key, params string[] arguments)
    {
        var error = Load(arguments).ShouldBeOfType<SettingsResult.Refused>().Errors.ShouldHaveSingleItem();
        error.ShouldStartWith(key);
        error.ShouldNotContain("tok-");
    }

    private SettingsResult Load(params string[] arguments) => SettingsLoader.Load(new SettingsSources(_directory.Path, new Dictionary<string, string>(StringComparer.Ordinal), arguments));
}
