using Milepost.Core.Deliveries;
using Milepost.Server.Channels.Email;

namespace Milepost.Channels.Tests.Email;

public sealed class EmailOptionRulesTests
{
    [Theory]
    [InlineData("smtp://relay.example", "relay.example", 587, "Required", null)]
    [InlineData("smtp://relay.example:25?tls=off", "relay.example", 25, "Off", null)]
    [InlineData("smtp://relay.example?tls=opportunistic", "relay.example", 587, "Opportunistic", null)]
    [InlineData("smtps://a%40b:p%3Aw%2F@relay.example/", "relay.example", 465, "Implicit", "a@b p:w/")]
    [InlineData("smtp://u:p@[::1]:2525?tls=required", "::1", 2525, "Required", "u p")]
    [InlineData("smtp://u:p@b\u00fccher.example", "xn--bcher-kva.example", 587, "Required", "u p")]
    public void An_entry_is_read(string text, string host, int port, string tls, string? credentials)
    {
        var server = SmtpServer.Parse(text, out var problem).ShouldNotBeNull(problem);
        (server.Host, server.Port, server.Tls.ToString()).ShouldBe((host, port, tls));
        (server.User is null ? null : $"{server.User} {server.Password}").ShouldBe(credentials);
        server.ToString().ShouldBe($"{host}:{Mails.Text(port)}");
    }

    [Theory]
    [InlineData("relay.example:587")]
    [InlineData("http://relay.example")]
    [InlineData("smtp://")]
    [InlineData("smtp://relay.example/path")]
    [InlineData("smtp://relay.example?tls=maybe")]
    [InlineData("smtp://relay.example?tsl=off")]
    [InlineData("smtps://relay.example?tls=off")]
    [InlineData("smtp://relay.example:465")]
    [InlineData("smtp://user@relay.example")]
    [InlineData("smtp://user:secret%0D%0A@relay.example")]
    [InlineData("smtp://user:secret@relay.example?tls=opportunistic")]
    [InlineData("smtp://relay.example?ca=/no/such/file.pem")]
    [InlineData("smtp://user:sec/ret@relay.example")]
    public void An_entry_that_cannot_be_meant_stops_the_start_and_is_not_repeated(string text)
    {
        var errors = new List<string>();
        EmailOptionRules.Check(Mails.Options("smtp://good.example", text), errors);
        var error = errors.ShouldHaveSingleItem();
        error.ShouldStartWith("Channels:Email:Servers: the entry number 2 ");
        error.ShouldNotContain("secret");
        error.ShouldNotContain("relay.example ");
    }

    [Theory]
    [InlineData("", "Channels:Email:From")]
    [InlineData("not an address", "Channels:Email:From")]
    [InlineData("m\u00fcller@shop.example", "Channels:Email:From")]
    public void Servers_need_a_sender(string from, string key)
    {
        var options = Mails.Options("smtp://relay.example");
        options.From = from;
        var errors = new List<string>();
        EmailOptionRules.Check(options, errors);
        errors.ShouldHaveSingleItem().ShouldStartWith(key);
    }

    [Fact]
    public void Without_servers_nothing_is_needed()
    {
        var errors = new List<string>();
        EmailOptionRules.Check(new EmailOptions(), errors);
        errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("no-reply@shop.example", null)]
    [InlineData("Milepost <no-reply@shop.example>", "Milepost")]
    [InlineData("\"Milepost, Ltd.\" <no-reply@shop.example>", "Milepost, Ltd.")]
    [InlineData("<no-reply@shop.example>", null)]
    public void A_sender_is_an_address_or_a_name_with_one(string text, string? name) =>
        EmailSender.Parse(text, out _).ShouldBe(new EmailSender(name, EmailAddress.Parse("no-reply@shop.example", out _)!));
}
