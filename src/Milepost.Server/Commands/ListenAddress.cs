using System.Net;
using System.Net.NetworkInformation;

namespace Milepost.Server.Commands;

/// <summary>Tells before the start, and in one line, what the host would tell by a stack trace: that the port is taken.</summary>
internal static class ListenAddress
{
    /// <summary>What is wrong with the first address that another program listens on; null when all are free.</summary>
    public static string? Problem(IEnumerable<string> urls)
    {
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners();
        return urls.FirstOrDefault(url => IsTaken(BindingAddress.Parse(url), taken)) is { } found
            ? $"{found} is in use by another program. Choose another address with --urls, for example --urls http://localhost:5081."
            : null;
    }

    private static bool IsTaken(BindingAddress address, IPEndPoint[] taken)
    {
        var own = IPAddress.TryParse(address.Host.Trim('[', ']'), out var parsed) ? parsed : address.Host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
        return address.Port != 0 && taken.Any(other => other.Port == address.Port && (IsWildcard(own) || IsWildcard(other.Address) || other.Address.Equals(own)));
    }

    private static bool IsWildcard(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
