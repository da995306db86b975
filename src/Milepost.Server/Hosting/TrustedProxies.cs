using Microsoft.AspNetCore.HttpOverrides;
using Milepost.Server.Settings;

namespace Milepost.Server.Hosting;

/// <summary>
/// Takes the client's address and scheme from the proxies that the configuration names, and from nobody else. The host is never taken from a
/// header: links are built from <c>Gateway:PublicUrl</c>.
/// </summary>
internal static class TrustedProxies
{
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
            forwarded.KnownIPNetworks.Add(ProxyNetwork.TryParse(proxy, out var network) ? network : throw new InvalidOperationException($"{proxy} was not checked"));
        }

        app.UseForwardedHeaders(forwarded);
    }
}
