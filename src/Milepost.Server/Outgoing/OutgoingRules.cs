using System.Globalization;
using System.Net;
using Milepost.Server.Settings;
using IPNetwork = System.Net.IPNetwork;

namespace Milepost.Server.Outgoing;

/// <summary>Where an address that a user supplies may lead.</summary>
internal sealed record OutgoingRules
{
    private const string AnyPort = "*";

    /// <summary>Public addresses, https, port 443.</summary>
    public static readonly OutgoingRules Default = new();

    /// <summary>Networks that may be called though they are not public.</summary>
    public IReadOnlyList<IPNetwork> AllowPrivate { get; init; } = [];

    public bool AllowHttp { get; init; }

    /// <summary>Ports beside the schemes' own; null: all.</summary>
    public IReadOnlySet<int>? Ports { get; init; } = new HashSet<int>();

    /// <summary>The rules that checked options say. Throws <see cref="FormatException"/> for options that <see cref="Problems"/> would name.</summary>
    public static OutgoingRules Of(OutgoingOptions options) => new()
    {
        AllowPrivate = [.. options.AllowPrivate.Select(ParseNetwork)],
        AllowHttp = options.AllowHttp,
        Ports = options.Ports.Contains(AnyPort) ? null : options.Ports.Select(port => int.Parse(port, NumberStyles.None, CultureInfo.InvariantCulture)).ToHashSet(),
    };

    /// <summary>What is wrong with the options, each beginning with its key.</summary>
    public static IEnumerable<string> Problems(OutgoingOptions options)
    {
        foreach (var network in options.AllowPrivate.Where(network => !ProxyNetwork.TryParse(network, out _)))
        {
            yield return $"Outgoing:AllowPrivate: '{network}' is not an address or a network, for example 10.20.0.0/16.";
        }

        foreach (var port in options.Ports.Where(port => port != AnyPort && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65535)))
        {
            yield return $"Outgoing:Ports: '{port}' is not a port (1 to 65535) or *.";
        }

        if (options.CaFile.Length > 0 && TrustedAuthorities.Problem(options.CaFile) is { } problem)
        {
            yield return $"Outgoing:CaFile: {problem}.";
        }
    }

    /// <summary>Whether a connection may go to this address.</summary>
    public bool Allows(IPAddress address)
    {
        var plain = PublicAddresses.Unwrap(address);
        return PublicAddresses.Contains(plain) || AllowPrivate.Any(network => network.Contains(plain));
    }

    public bool Allows(Uri address) =>
        (address.Scheme == Uri.UriSchemeHttps || (AllowHttp && address.Scheme == Uri.UriSchemeHttp))
        && (address.IsDefaultPort || Ports is null || Ports.Contains(address.Port));

    private static IPNetwork ParseNetwork(string text) =>
        ProxyNetwork.TryParse(text, out var network) ? network : throw new FormatException($"'{text}' is not an address or a network");
}
