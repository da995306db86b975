using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace Milepost.Server.Hosting;

/// <summary>
/// Takes the client's address and scheme from the proxies that the configuration names, and from nobody else. The host is never taken from a
/// header: links are built from <c>Gateway:PublicUrl</c>.
/// </summary>
internal static class TrustedProxies
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

    public static void Use(WebApplication app, GatewayOptions options)
    {
        if (options.TrustedProxies.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in options.TrustedProxies)
        {
            forwarded.KnownIPNetworks.Add(TryParse(proxy, out var network) ? network : throw new InvalidOperationException($"{proxy} was not checked"));
        }

        app.UseForwardedHeaders(forwarded);
    }
}
