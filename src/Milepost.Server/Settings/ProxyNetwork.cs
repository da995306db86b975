using System.Net;

namespace Milepost.Server.Settings;

/// <summary>Trusted proxies and other machines as they are written in settings: an address, or a network of them.</summary>
internal static class ProxyNetwork
{
    /// <summary>Reads <c>10.0.0.5</c> or <c>10.0.0.0/24</c>.</summary>
    public static bool TryParse(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }
}
