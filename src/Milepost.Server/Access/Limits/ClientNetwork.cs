using System.Net;
using System.Net.Sockets;

namespace Milepost.Server.Access.Limits;

/// <summary>What counts as one client: an IPv4 address, or the /64 that one subscriber's IPv6 addresses come from.</summary>
internal static class ClientNetwork
{
    private const int PrefixBytes = 8;

    public static string Of(IPAddress? address)
    {
        if (address is null)
        {
            return "unknown";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[PrefixBytes..].Clear();
        return new IPAddress(bytes) + "/64";
    }
}
