using System.Net;

namespace Milepost.Server.Outgoing;

/// <summary>What is wrong with an address that a user supplied.</summary>
internal enum AddressProblem
{
    /// <summary>Not an absolute address of a server, or spelt in a way that programs read differently.</summary>
    NotAnAddress,
    TooLong,

    /// <summary>Not https (or http, where that is allowed).</summary>
    Scheme,

    /// <summary>A port that is not allowed.</summary>
    Port,

    /// <summary>A user name or password stands in it.</summary>
    UserInfo,

    /// <summary>It leads to a network that is not public.</summary>
    NotPublic,
}

/// <summary>
/// Checks an address that a user supplies, when it is given to us. What its name leads to is checked at each connection, by
/// <see cref="OutgoingHttp"/>.
/// </summary>
internal static class OutgoingAddress
{
    /// <summary>The longest address that is taken, in characters.</summary>
    public const int MaxLength = 2048;

    // RFC 6761, RFC 6762, RFC 8375, and names that clouds and networks give to their own.
    private static readonly string[] InnerNames = ["localhost", "local", "internal", "home.arpa", "lan", "intranet", "corp", "home"];

    /// <summary>Null: it may be called, as far as its text tells.</summary>
    public static AddressProblem? Check(string? url, OutgoingRules rules)
    {
        if (string.IsNullOrEmpty(url))
        {
            return AddressProblem.NotAnAddress;
        }

        if (url.Length > MaxLength)
        {
            return AddressProblem.TooLong;
        }

        // A backslash, a blank or a control character in an address is read differently by every program.
        if (url.AsSpan().IndexOfAny('\\', ' ') >= 0 || url.Any(char.IsControl) || !Uri.TryCreate(url, UriKind.Absolute, out var address))
        {
            return AddressProblem.NotAnAddress;
        }

        if (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
        {
            return AddressProblem.Scheme;
        }

        if (Authority(url) is not { } authority || authority.Any(IsOtherAscii))
        {
            return AddressProblem.NotAnAddress;
        }

        if (address.UserInfo.Length > 0 || authority.Contains('@', StringComparison.Ordinal))
        {
            return AddressProblem.UserInfo;
        }

        if (HostProblem(address, authority, rules) is { } problem)
        {
            return problem;
        }

        return rules.Allows(address) ? null : rules.Allows(new UriBuilder(address) { Port = -1 }.Uri) ? AddressProblem.Port : AddressProblem.Scheme;
    }

    /// <summary>For the person who gave the address.</summary>
    public static string Text(this AddressProblem problem) => problem switch
    {
        AddressProblem.NotAnAddress => "must be an absolute address such as https://hooks.shop.example/milepost",
        AddressProblem.TooLong => $"must have at most {MaxLength} characters",
        AddressProblem.Scheme => "must begin with https://",
        AddressProblem.Port => "must not name this port",
        AddressProblem.UserInfo => "must not hold a user name or password",
        AddressProblem.NotPublic => "must lead to a public address",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static AddressProblem? HostProblem(Uri address, string authority, OutgoingRules rules)
    {
        var host = address.IdnHost;
        if (address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 && IPAddress.TryParse(host, out var literal))
        {
            if (!rules.Allows(literal))
            {
                return AddressProblem.NotPublic;
            }

            // 2130706433, 0x7f.1 and 0177.0.0.1 are addresses to some programs and names to others.
            return address.HostNameType == UriHostNameType.IPv6 || WithoutPort(authority) == literal.ToString() ? null : AddressProblem.NotAnAddress;
        }

        var name = (host.EndsWith('.') ? host[..^1] : host).ToLowerInvariant();
        var labels = name.Split('.');
        if (labels.Any(label => !IsLabel(label)) || EndsInNumber(labels[^1]))
        {
            return AddressProblem.NotAnAddress;
        }

        // Where inner networks are allowed, their names are too; the connection decides.
        var inner = labels.Length == 1 || InnerNames.Any(suffix => name == suffix || name.EndsWith("." + suffix, StringComparison.Ordinal));
        return inner && rules.AllowPrivate.Count == 0 ? AddressProblem.NotPublic : null;
    }

    // The text between // and the path as it was written: Uri has cleaned its own.
    private static string? Authority(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        var rest = url[(start + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        return authority.Length == 0 || authority.Contains('%', StringComparison.Ordinal) ? null : authority;
    }

    // Some programs read these as the ASCII characters that they look like (UTS #46).
    private static bool IsOtherAscii(char c) => !char.IsAscii(c) && (char.IsNumber(c) || c is >= '\uff00' and <= '\uffef' or '\u3002');

    private static string WithoutPort(string authority)
    {
        var colon = authority.LastIndexOf(':');
        return colon < 0 ? authority : authority[..colon];
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    // WHATWG URL, "ends in a number": such a host is an IPv4 address or nothing.
    private static bool EndsInNumber(string label) =>
        label.All(char.IsAsciiDigit) || (label.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && label[2..].All(char.IsAsciiHexDigit));
}
