using Milepost.Server.Channels.Sms;
using Milepost.Server.Settings;

namespace Milepost.Channels.Tests.Sms;

public sealed class TwilioAccountTests
{
    [Theory]
    [InlineData("https://AC0123:secret@api.twilio.com?from=+4915112345678", "+4915112345678", null)]
    [InlineData("https://AC0123:secret@api.twilio.com/?from=%2B4915112345678", "+4915112345678", null)]
    [InlineData("https://AC0123:secret@api.twilio.com?from=Acme%20Shop", "Acme Shop", null)]
    [InlineData("https://AC0123:secret@api.twilio.com?service=MG77", null, "MG77")]
    [InlineData("http://AC0123:secret@127.0.0.1:8080?service=MG77", null, "MG77")]
    public void Entries_are_read(string entry, string? from, string? service)
    {
        var account = TwilioAccount.Parse(entry, out _)!;
        (account.Sid, account.Token, account.From, account.Service).ShouldBe(("AC0123", "secret", from, service));
        account.Messages.AbsolutePath.ShouldBe("/2010-04-01/Accounts/AC0123/Messages.json");
        account.Name.ShouldEndWith(" (0123)");
        $"{account}".ShouldNotContain("secret");
    }

    [Fact]
    public void Signs_in_the_token_are_decoded() => TwilioAccount.Parse("https://AC0123:a%40b%3Ac%2Fd+e@api.twilio.com?service=MG77", out _)!.Token.ShouldBe("a@b:c/d+e");

    [Theory]
    [InlineData("AC0123:secret", "is not understood")]
    [InlineData("https://AC0123:secret@api.twilio.com/path?service=MG77", "is not understood")]
    [InlineData("http://AC0123:secret@api.twilio.com?service=MG77", "https://")]
    [InlineData("https://api.twilio.com?service=MG77", "id and token")]
    [InlineData("https://AC0123@api.twilio.com?service=MG77", "id and token")]
    [InlineData("https://AC0123:secret@api.twilio.com", "either from=")]
    [InlineData("https://AC0123:secret@api.twilio.com?service=MG77&from=Acme", "either from=")]
    [InlineData("https://AC0123:secret@api.twilio.com?from=+49", "neither a number")]
    [InlineData("https://AC0123:secret@api.twilio.com?from=TwelveLetter", "neither a number")]
    [InlineData("https://AC0123:secret@api.twilio.com?form=+4915112345678", "not known: form")]
    public void What_is_wrong_is_named_without_the_token(string entry, string expected)
    {
        TwilioAccount.Parse(entry, out var problem).ShouldBeNull();
        problem.ShouldContain(expected);
        problem.ShouldNotContain("secret");
    }

    [Fact]
    public void Settings_that_cannot_be_used_stop_the_start_with_their_keys()
    {
        var loaded = SettingsLoader.Load(new SettingsSources("/nowhere", new Dictionary<string, string>(), ["--Channels:Sms:Providers:0=https://secret@x", "--Channels:Sms:Countries:0=DE"]));
        var errors = loaded.ShouldBeOfType<SettingsResult.Refused>().Errors;
        errors.ShouldContain(error => error.StartsWith("Channels:Sms:Providers: the entry number 1 needs", StringComparison.Ordinal));
        errors.ShouldContain(error => error.StartsWith("Channels:Sms:Countries: 'DE'", StringComparison.Ordinal));
        errors.ShouldAllBe(error => !error.Contains("secret", StringComparison.Ordinal));
    }
}
