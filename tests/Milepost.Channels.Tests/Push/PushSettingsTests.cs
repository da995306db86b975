using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Core.Deliveries;
using Milepost.Server.Channels.Push;
using Milepost.Server.Channels.WebPush;
using Milepost.Server.Settings;
using Milepost.Server.Testing;

namespace Milepost.Channels.Tests.Push;

public sealed class PushSettingsTests : IDisposable
{
    private const string Private = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
    private const string Public = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
    private readonly string _directory = Directory.CreateTempSubdirectory("milepost-test-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Nothing_set_makes_keys_for_one_machine_and_none_for_several()
    {
        var alone = WebPushSetup.Of(Loaded());
        alone.Keys.ShouldNotBeNull();
        WebPushSetup.Of(Loaded()).Keys!.PublicKey.ShouldBe(alone.Keys.PublicKey);
        WebPushSetup.Of(Loaded("--Storage:Provider=postgres", "--Storage:ConnectionString=Host=db;Database=milepost;Username=milepost;Password=word")).Keys.ShouldBeNull();
    }

    [Fact]
    public void Given_keys_are_used()
    {
        var settings = Loaded($"--Channels:WebPush:PublicKey={Public}", $"--Channels:WebPush:PrivateKey={Private}", "--Gateway:PublicUrl=https://track.shop.example");
        WebPushSetup.Of(settings).Keys!.PublicKey.ShouldBe(Public);
        WebPushSetup.Of(settings).Subject.ShouldBe("https://track.shop.example");
        File.Exists(Path.Combine(settings.Storage.DataDirectory, VapidKeys.FileName)).ShouldBeFalse();
        WebPushSetup.Of(Loaded("--Channels:WebPush:Subject=mailto:ops@shop.example", "--Gateway:PublicUrl=https://track.shop.example")).Subject.ShouldBe("mailto:ops@shop.example");
        WebPushSetup.Of(Loaded("--Gateway:PublicUrl=http://localhost:5080")).Subject.ShouldBe("");
    }

    [Theory]
    [InlineData("Channels:WebPush:PublicKey", $"--Channels:WebPush:PublicKey={Public}")]
    [InlineData("Channels:WebPush:PrivateKey", "--Channels:WebPush:PrivateKey=secret-but-wrong", $"--Channels:WebPush:PublicKey={Public}")]
    [InlineData("Channels:WebPush:PublicKey", $"--Channels:WebPush:PrivateKey={Private}", "--Channels:WebPush:PublicKey=BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")]
    [InlineData("Channels:WebPush:Subject", "--Channels:WebPush:Subject=ops@shop.example")]
    [InlineData("Channels:Fcm:ServiceAccountFile", "--Channels:Fcm:ServiceAccountFile=/does/not/exist.json")]
    [InlineData("Channels:Fcm:BaseUrl", "--Channels:Fcm:BaseUrl=fcm")]
    [InlineData("Channels:Apns:BaseUrl", "--Channels:Apns:BaseUrl=ftp://apns")]
    [InlineData("Channels:Apns:KeyFile", "--Channels:Apns:KeyFile=/does/not/exist.p8", "--Channels:Apns:KeyId=ABC123DEFG", "--Channels:Apns:TeamId=DEF123GHIJ", "--Channels:Apns:Topic=a.b")]
    [InlineData("Outgoing:AllowPrivate", "--Outgoing:AllowPrivate=10.0.0.0/99")]
    [InlineData("Outgoing:Ports", "--Outgoing:Ports=80000")]
    [InlineData("Outgoing:CaFile", "--Outgoing:CaFile=/does/not/exist.pem")]
    public void What_is_wrong_is_named_and_no_secret_with_it(string key, params string[] arguments)
    {
        var error = Load(arguments).ShouldBeOfType<SettingsResult.Refused>().Errors.ShouldHaveSingleItem();
        error.ShouldStartWith(key);
        error.ShouldNotContain("secret-but-wrong");
        error.ShouldNotContain(Private);
    }

    [Fact]
    public void A_private_key_is_masked_where_settings_are_shown() =>
        Load([$"--Channels:WebPush:PublicKey={Public}", $"--Channels:WebPush:PrivateKey={Private}"]).ShouldBeOfType<SettingsResult.Loaded>()
            .Effective.ShouldAllBe(setting => !setting.Value.Contains(Private, StringComparison.Ordinal));

    [Fact]
    public async Task A_browser_is_told_the_key_that_pushes_are_signed_with()
    {
        await using var server = await TestServer.StartAsync();
        using var http = server.Http(TestServer.Token("c-1"));
        var answer = await http.GetFromJsonAsync<JsonElement>("/api/v1/acme/push/vapid-public-key");
        answer.GetProperty("publicKey").GetString().ShouldBe(VapidKeys.ReadOrCreate(server.DataDirectory).PublicKey);
        server.Get<PushProviders>().Of(DeliveryChannel.WebPush).ShouldHaveSingleItem();
        server.Get<PushProviders>().Of(DeliveryChannel.Fcm).ShouldBeEmpty();
        server.Get<PushProviders>().Of(DeliveryChannel.Apns).ShouldBeEmpty();
    }

    private ServerSettings Loaded(params string[] arguments) => Load(arguments).ShouldBeOfType<SettingsResult.Loaded>().Settings;

    private SettingsResult Load(params string[] arguments) => SettingsLoader.Load(new SettingsSources(_directory, new Dictionary<string, string>(StringComparer.Ordinal), arguments));
}
