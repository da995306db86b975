using System.Net;
using System.Net.Sockets;
using IPNetwork = System.Net.IPNetwork;

namespace Milepost.Server.Outgoing;

/// <summary>
/// Which addresses belong to the public internet: the registries of special-purpose addresses (RFC 6890, IANA), and what clouds hide behind
/// addresses that look public.
/// </summary>
internal static class PublicAddresses
{
    private const int NetworkOfNat64 = 12;

    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",

            // The platform's own services, seen from inside Azure.
            "168.63.129.16/32",

            // Inside 2000::/3: protocol assignments with Teredo, documentation, 6to4. A tunnel's far end may be anything.
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    // Only these IPv6 addresses are global unicast: loopback, unspecified, IPv4-compatible, link-local, site-local, unique-local, multicast
    // and everything that is not given out yet lie outside.
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    // RFC 6052: the IPv4 internet as networks without IPv4 see it. What counts is the address inside.
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    /// <summary>The IPv4 address that an IPv4-mapped or NAT64 address stands for; any other as it is.</summary>
    public static IPAddress Unwrap(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6 && Nat64.Contains(WithoutScope(address))
            ? new IPAddress(address.GetAddressBytes().AsSpan(NetworkOfNat64))
            : address;
    }

    /// <summary>Whether an unwrapped address is public.</summary>
    public static bool Contains(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            address = WithoutScope(address);
            if (!GlobalUnicast.Contains(address) || IsIsatap(address))
            {
                return false;
            }
        }

        return !NotPublic.Any(network => network.Contains(address));
    }

    // RFC 5214, 6.1: an interface identifier that holds an IPv4 address of a tunnel.
    private static bool IsIsatap(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        return bytes[8] is 0 or 2 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
    }

    private static IPAddress WithoutScope(IPAddress address) => address.ScopeId == 0 ? address : new IPAddress(address.GetAddressBytes());
}
