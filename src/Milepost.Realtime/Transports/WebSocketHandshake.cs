using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Milepost.Realtime.Transports;

/// <summary>The server's opening handshake (RFC 6455, 4.2; over HTTP/2: RFC 8441).</summary>
internal static class WebSocketHandshake
{
    public const string Subprotocol = "milepost.v1";

    /// <summary>A browser that cannot set headers puts its token into the list of subprotocols behind this.</summary>
    public const string BearerPrefix = "milepost.bearer.";

    /// <summary>Whether the request is a correct WebSocket handshake.</summary>
    public static bool IsValid(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.SecWebSocketVersion != "13")
        {
            return false;
        }

        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            return connect.Protocol == "websocket";
        }

        return HttpMethods.IsGet(context.Request.Method)
            && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && headers.Connection.ToString().Split(',').Any(value => value.Trim().Equals("upgrade", StringComparison.OrdinalIgnoreCase))
            && headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
            && IsKey(headers.SecWebSocketKey.ToString());
    }

    /// <summary>Answers the handshake. The stream is the connection.</summary>
    public static async Task<Stream> AcceptAsync(HttpContext context)
    {
        var offered = context.Request.Headers.SecWebSocketProtocol.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries));
        if (offered.Contains(Subprotocol, StringComparer.Ordinal))
        {
            context.Response.Headers.SecWebSocketProtocol = Subprotocol;
        }

        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            return await connect.AcceptAsync();
        }

        context.Response.Headers.SecWebSocketAccept = Accept(context.Request.Headers.SecWebSocketKey.ToString());
        context.Response.Headers.Upgrade = "websocket";
        return await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    /// <summary>RFC 6455, 4.2.2, item 5.4.</summary>
    public static string Accept(string key)
    {
#pragma warning disable CA5350 // The RFC fixes SHA-1 here; nothing is protected by it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }

    private static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[16];
        return key.Length == 24 && Convert.TryFromBase64String(key, bytes, out var written) && written == 16;
    }
}
