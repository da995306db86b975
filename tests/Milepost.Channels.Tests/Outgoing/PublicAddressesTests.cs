using System.Net;
using Milepost.Server.Outgoing;

namespace Milepost.Channels.Tests.Outgoing;

public sealed class PublicAddressesTests
{
    // First and last of each range, and the neighbours outside.
    [Theory]
    [InlineData("0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.1 127.255.255.255")]
    [InlineData("169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1")]
    [InlineData("192.168.0.0 192.168.255.255 198.18.0.0 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255 168.63.129.16")]
    [InlineData(":: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:10.0.0.1 ::ffff:0:10.0.0.1 64:ff9b::10.0.0.1 64:ff9b:1::8.8.8.8 100::1 fc00:: fdff::1 fe80::1 fec0::1 ff02::1")]
    [InlineData("2001:: 2001:0:1::1 2001:1ff:ffff::1 2001:db8::1 2002:808:808::1 3fff::1 4000::1 5f00::1 2606:4700::200:5efe:808:808 2606:4700::5efe:7f00:1")]
    public void What_is_not_public_is_refused(string addresses)
    {
        foreach (var address in addresses.Split(' '))
        {
            OutgoingRules.Default.Allows(IPAddress.Parse(address)).ShouldBeFalse(address);
        }
    }

    [Theory]
    [InlineData("1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0")]
    [InlineData("192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 223.255.255.255 8.8.8.8 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2606:4700:4700::1111 2a00::1 2001:200::1 2003::1")]
    public void What_is_public_is_allowed(string addresses)
    {
        foreach (var address in addresses.Split(' '))
        {
            OutgoingRules.Default.Allows(IPAddress.Parse(address)).ShouldBeTrue(address);
        }
    }

    [Fact]
    public void An_allowed_network_is_allowed_in_every_form_and_nothing_beside_it()
    {
        var rules = OutgoingRules.Of(new OutgoingOptions { AllowPrivate = ["10.1.0.0/16", "::1"] });
        rules.Allows(IPAddress.Parse("10.1.2.3")).ShouldBeTrue();
        rules.Allows(IPAddress.Parse("::ffff:10.1.2.3")).ShouldBeTrue();
        rules.Allows(IPAddress.Parse("::1")).ShouldBeTrue();
        rules.Allows(IPAddress.Parse("10.2.0.1")).ShouldBeFalse();
        rules.Allows(IPAddress.Parse("127.0.0.1")).ShouldBeFalse();
    }
}
