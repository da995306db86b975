using Milepost.Server.Outgoing;

namespace Milepost.Channels.Tests.Outgoing;

public sealed class OutgoingAddressTests
{
    private static readonly OutgoingRules Open = OutgoingRules.Of(new OutgoingOptions { AllowPrivate = ["127.0.0.0/8", "fd00::/8"], AllowHttp = true, Ports = ["*"] });

    [Theory]
    [InlineData("https://hooks.shop.example/milepost?x=1#y")]
    [InlineData("https://updates.push.services.mozilla.com/wpush/v2/gAAAA")]
    [InlineData("https://HOOKS.shop.example:443/")]
    [InlineData("https://hooks.shop.example.")]
    [InlineData("https://1.1.1.1/")]
    [InlineData("https://[2606:4700:4700::1111]/dns")]
    [InlineData("https://bücher.example/")]
    public void A_public_https_address_may_be_called(string url) => OutgoingAddress.Check(url, OutgoingRules.Default).ShouldBeNull();

    [Theory]
    [InlineData(null, nameof(AddressProblem.NotAnAddress))]
    [InlineData("", nameof(AddressProblem.NotAnAddress))]
    [InlineData("hooks.shop.example", nameof(AddressProblem.NotAnAddress))]
    [InlineData("//hooks.shop.example/", nameof(AddressProblem.Scheme))]
    [InlineData("https:hooks.shop.example", nameof(AddressProblem.NotAnAddress))]
    [InlineData("https:///path", nameof(AddressProblem.NotAnAddress))]
    [InlineData("https://hooks.shop.example\\@127.0.0.1/", nameof(AddressProblem.NotAnAddress))]
    [InlineData("https://hooks.shop.example/\r\nHost: inner", nameof(AddressProblem.NotAnAddress))]
    [InlineData(" https://hooks.shop.example/", nameof(AddressProblem.NotAnAddress))]
    [InlineData("https://hooks%2eshop.example/", nameof(AddressProblem.NotAnAddress))]
    [InlineData("https://%31%32%37.0.0.1/", nameof(AddressProblem.NotAnAddress))]
    [InlineData("https://-bad-.example/", nameof(AddressProblem.NotAnAddress))]
    [InlineData("http://hooks.shop.example/", nameof(AddressProblem.Scheme))]
    [InlineData("ftp://hooks.shop.example/", nameof(AddressProblem.Scheme))]
    [InlineData("file:///etc/passwd", nameof(AddressProblem.Scheme))]
    [InlineData("javascript:alert(1)", nameof(AddressProblem.Scheme))]
    [InlineData("gopher://hooks.shop.example/", nameof(AddressProblem.Scheme))]
    [InlineData("https://hooks.shop.example:8443/", nameof(AddressProblem.Port))]
    [InlineData("https://hooks.shop.example:22/", nameof(AddressProblem.Port))]
    [InlineData("https://user:word@hooks.shop.example/", nameof(AddressProblem.UserInfo))]
    [InlineData("https://hooks.shop.example@127.0.0.1/", nameof(AddressProblem.UserInfo))]
    [InlineData("https://@hooks.shop.example/", nameof(AddressProblem.UserInfo))]
    public void What_is_no_such_address_is_told_apart(string? url, string problem) =>
        OutgoingAddress.Check(url, OutgoingRules.Default).ShouldBe(Enum.Parse<AddressProblem>(problem));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("017700000001")]
    [InlineData("127.0.0.1.")]
    [InlineData("0")]
    [InlineData("0.0.0.0")]
    [InlineData("１２７.０.０.１")]
    [InlineData("127。0。0。1")]
    [InlineData("①②⑦.0.0.1")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("2852039166")]
    [InlineData("0xa9fea9fe")]
    [InlineData("0xA9.0xFE.0xA9.0xFE")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("256.256.256.256")]
    [InlineData("1.2.3.4.5")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[0:0:0:0:0:0:0:1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[::127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("[64:ff9b:1::1]")]
    [InlineData("[2002:7f00:1::]")]
    [InlineData("[2001:0:4136:e378:8000:63bf:3fff:fdd2]")]
    [InlineData("[fe80::1]")]
    [InlineData("[fe80::1%25eth0]")]
    [InlineData("[fc00::1]")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("[ff02::1]")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("shop.localhost")]
    [InlineData("metadata.google.internal")]
    [InlineData("printer.local")]
    [InlineData("erp")]
    public void No_spelling_of_an_inner_address_passes(string host) => OutgoingAddress.Check($"https://{host}/", OutgoingRules.Default).ShouldNotBeNull();

    [Theory]
    [InlineData("http://127.0.0.1:8080/", null)]
    [InlineData("https://[fd00::5]:9/", null)]
    [InlineData("http://erp.internal:8080/hook", null)]
    [InlineData("http://10.0.0.1/", nameof(AddressProblem.NotPublic))]
    [InlineData("http://2130706433/", nameof(AddressProblem.NotAnAddress))]
    public void Named_networks_can_be_allowed(string url, string? problem) =>
        OutgoingAddress.Check(url, Open).ShouldBe(problem is null ? null : Enum.Parse<AddressProblem>(problem));

    [Fact]
    public void An_address_has_a_longest_length()
    {
        var longest = "https://a.example/" + new string('x', OutgoingAddress.MaxLength - 18);
        OutgoingAddress.Check(longest, OutgoingRules.Default).ShouldBeNull();
        OutgoingAddress.Check(longest + "x", OutgoingRules.Default).ShouldBe(AddressProblem.TooLong);
    }

    [Fact]
    public void Every_problem_has_a_text() => Enum.GetValues<AddressProblem>().Select(problem => problem.Text()).ShouldBeUnique();

    [Fact]
    public void Wrong_options_are_named()
    {
        OutgoingRules.Problems(new OutgoingOptions { AllowPrivate = ["10.0.0.0/8", "10.0.0/99"], Ports = ["8443", "*", "0"], CaFile = "/does/not/exist.pem" })
            .Select(problem => problem.Split(' ')[0]).ShouldBe(["Outgoing:AllowPrivate:", "Outgoing:Ports:", "Outgoing:CaFile:"]);
        OutgoingRules.Problems(new OutgoingOptions()).ShouldBeEmpty();
    }
}
