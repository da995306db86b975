using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Live;

namespace Milepost.LogisticsSimulator.Api;

/// <summary>
/// The stream: <c>docs/protocol/logistics.asyncapi.yaml</c>. The handshake is made here rather than by ASP.NET Core, so that the bytes
/// below the WebSocket can be made to stop.
/// </summary>
internal sealed class StreamEndpoint(World world, IHostApplicationLifetime lifetime)
{
    public const string Subprotocol = "logistics.v1";

    /// <summary>RFC 6455, 1.3.</summary>
    private const string HandshakeSalt = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public void Map(IEndpointRouteBuilder group) => group.MapGet("locations", (Delegate)ServeAsync);

    private async Task<IResult> ServeAsync(HttpContext http)
    {
        long? after = null;
        if (http.Request.Query.TryGetValue("after", out var text))
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return Problem.Of(400, "bad_after", "after is the number of a message, 0 or higher");
            }

            after = number;
        }

        var request = http.Request.Headers;
        var upgrade = http.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is not { IsUpgradableRequest: true } || !request.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
            || request.SecWebSocketVersion != "13" || request.SecWebSocketKey is not [{ } key])
        {
            return Problem.Of(400, "websocket_required", "this address is for WebSockets (RFC 6455)");
        }

        if (!request.SecWebSocketProtocol.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries)).Contains(Subprotocol, StringComparer.Ordinal))
        {
            return Problem.Of(400, "wrong_subprotocol", $"the subprotocol is {Subprotocol}");
        }

        var response = http.Response.Headers;
        response.Upgrade = "websocket";
        response.SecWebSocketAccept = Accept(key);
        response.SecWebSocketProtocol = Subprotocol;
        await TalkAsync(http, upgrade, Segments.Tenant(http), after);
        return Results.Empty;
    }

    private async Task TalkAsync(HttpContext http, IHttpUpgradeFeature upgrade, string tenant, long? after)
    {
        // It joins before the handshake is answered: a client that is connected misses nothing from then on.
        var connection = new StreamConnection(http.Abort);
        world.Join(tenant, connection, after);
        try
        {
            await using var transport = new FreezableStream(await upgrade.UpgradeAsync(), () => connection.Frozen, http.RequestAborted);
            using var socket = WebSocket.CreateFromStream(transport, new WebSocketCreationOptions { IsServer = true, SubProtocol = Subprotocol, KeepAliveInterval = TimeSpan.Zero });
            await connection.RunAsync(socket, lifetime.ApplicationStopping);
        }
        finally
        {
            world.Leave(tenant, connection);
        }
    }

#pragma warning disable CA5350 // RFC 6455 asks for SHA-1 here; it protects nothing.
    private static string Accept(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + HandshakeSalt)));
#pragma warning restore CA5350
}
