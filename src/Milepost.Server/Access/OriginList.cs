using Milepost.Server.Settings;

namespace Milepost.Server.Access;

/// <summary>The origins whose pages may call: compared whole, exactly as a browser writes them (RFC 6454, 7).</summary>
internal sealed class OriginList(GatewayOptions options, Func<IEnumerable<string>> addresses)
{
    // The addresses are known once the server listens; the first request comes after that.
    private readonly Lazy<HashSet<string>> _origins = new(() => Collect(options, addresses()));

    public bool Contains(string origin) => _origins.Value.Contains(origin);

    private static HashSet<string> Collect(GatewayOptions options, IEnumerable<string> addresses)
    {
        var origins = new HashSet<string>(options.AllowedOrigins, StringComparer.Ordinal);
        if (Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var publicUrl))
        {
            origins.Add(publicUrl.GetLeftPart(UriPartial.Authority));
        }

        foreach (var address in addresses)
        {
            // A wildcard address says nothing about the name that browsers use: that is what PublicUrl is for.
            if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.IsLoopback)
            {
                origins.Add($"{uri.Scheme}://localhost:{uri.Port}");
                origins.Add($"{uri.Scheme}://127.0.0.1:{uri.Port}");
            }
        }

        return origins;
    }
}
