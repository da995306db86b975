using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Milepost.Core.Sharing;
using Milepost.Protocol.Errors;
using Milepost.Realtime.Sessions;
using Milepost.Realtime.Transports;
using Milepost.Server.Access.Limits;
using Milepost.Server.Access.Revocations;
using Milepost.Server.Access.Tickets;
using Milepost.Server.Api;
using Milepost.Server.Sharing;
using Milepost.Server.Telemetry;

namespace Milepost.Server.Access;

/// <summary>Between routing and the endpoint: who calls, is the tenant theirs, does the endpoint's rule let them, and not too often.</summary>
internal sealed class AccessMiddleware(RequestDelegate next, TokenReader tokens, GuestLinks links, ITicketStore tickets, RevocationMarks revoked, RateLimits limits)
{
    private static readonly string[] SignsOfTheWorld = ["X-Forwarded-For", ForwardedHeadersDefaults.XOriginalForHeaderName, "Forwarded", "Origin"];
    private static readonly string[] TokenParameters = ["token", "access_token", "jwt"];

    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint is null || endpoint.Metadata.GetMetadata<AccessRule>() is not { Allows: { } allows } rule || (rule.OpensToThisMachine && IsFromThisMachine(context)))
        {
            // No endpoint: routing has an answer of its own (404, 405, 415). A rule without a check is open to anyone.
            await next(context);
            return;
        }

        var live = endpoint.Metadata.GetMetadata<LiveEndpoint>();
        var (caller, refused) = await IdentifyAsync(context, live is not null);
        if (caller is null)
        {
            ServerMetrics.CredentialsRefused.Add(1, new KeyValuePair<string, object?>("code", refused!.Code));
            await RefuseAsync(context, refused!);
        }
        else if (context.GetRouteValue("tenant") is string tenant && tenant != caller.Tenant)
        {
            await Problems.WriteAsync(context, ErrorCode.WrongTenant);
        }
        else if (!allows(caller))
        {
            await Problems.WriteAsync(context, ErrorCode.Forbidden);
        }
        else if ((live?.Connects == true ? await limits.ConnectAsync(caller, context.RequestAborted) : await limits.RequestAsync(caller, context.RequestAborted)).RetryAfter is { } wait)
        {
            await Problems.WriteRateLimitedAsync(context, wait);
        }
        else
        {
            context.Features.Set(caller);
            await next(context);
        }
    }

    // A proxy on this machine also comes from a loopback address: what it passes on is the world's request. Where it is trusted, the address
    // is the world's already (TrustedProxies), and X-Original-For tells so; where it is not, its own header tells. Pages are the world too.
    private static bool IsFromThisMachine(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !Array.Exists(SignsOfTheWorld, context.Request.Headers.ContainsKey);

    // Beyond the limit bad credentials are answered 429, and good ones are served as ever: behind one address there may be a whole
    // neighbourhood, and one broken client among it.
    private async Task RefuseAsync(HttpContext context, ErrorCode refused)
    {
        if (HasCredentials(context.Request) && (await limits.FailureAsync(context.Connection.RemoteIpAddress, context.RequestAborted)).RetryAfter is { } wait)
        {
            await Problems.WriteRateLimitedAsync(context, wait);
            return;
        }

        if (refused.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await Problems.WriteAsync(context, refused);
    }

    private static bool HasCredentials(HttpRequest request) =>
        request.Headers.Authorization.Count > 0 || request.Query.ContainsKey("ticket") || Array.Exists(TokenParameters, request.Query.ContainsKey)
        || WebSocketTransport.TokenOf(request) is not null;

    private async ValueTask<(Caller? Caller, ErrorCode? Refused)> IdentifyAsync(HttpContext context, bool isLive)
    {
        var request = context.Request;
        if (Array.Exists(TokenParameters, request.Query.ContainsKey))
        {
            return (null, ErrorCode.TokenInUrl);
        }

        var header = request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return await ReadAsync(header["Bearer ".Length..].Trim(), context.RequestAborted);
        }

        if (isLive && request.Query["ticket"] is [{ Length: > 0 } ticket])
        {
            var origin = request.Headers.Origin is [{ } sent] ? sent : null;
            var redeemed = await tickets.RedeemAsync(ticket, origin, context.RequestAborted);
            return (redeemed is not null && !revoked.IsRevoked(redeemed) && await links.IsOpenAsync(redeemed, context.RequestAborted) ? redeemed : null, ErrorCode.InvalidTicket);
        }

        return isLive && WebSocketTransport.TokenOf(request) is { } token ? await ReadAsync(token, context.RequestAborted) : (null, ErrorCode.Unauthorized);
    }

    private async ValueTask<(Caller? Caller, ErrorCode? Refused)> ReadAsync(string token, CancellationToken cancellationToken)
    {
        if (!ShareToken.IsMeant(token))
        {
            return (await tokens.ReadAsync(token), ErrorCode.Unauthorized);
        }

        return await links.ReadAsync(token, cancellationToken) switch
        {
            GuestAnswer.Open open => (open.Caller, null),
            GuestAnswer.Ended => (null, ErrorCode.LinkClosed),
            GuestAnswer.Unknown => (null, ErrorCode.NotFound),
            _ => throw new UnreachableException(),
        };
    }
}
