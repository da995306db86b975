using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Realtime.Transports;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;

namespace Milepost.Server.Gateway;

/// <summary>The live endpoints: which streams, from where, over which transport. What follows is the session's.</summary>
internal static class LiveEndpoints
{
    // Over HTTP/2 a WebSocket opens with an extended CONNECT (RFC 8441). Browsers do that as soon as they have an HTTP/2 connection.
    private static readonly string[] WebSocketMethods = [HttpMethods.Get, HttpMethods.Connect];

    private delegate Task Transport(HttpContext context, SessionServer server, Caller caller, IReadOnlyList<(string Label, StreamName Stream, Since Since)> streams);

    public static void MapLive(this IEndpointRouteBuilder routes, GatewayOptions options)
    {
        var wait = TimeSpan.FromSeconds(options.PollSeconds);
        Map(routes, "/ws/notifications", _ => [StreamLabels.Notifications], WebSocket);
        Map(routes, "/ws/orders/{id}/tracking", context => [StreamLabels.Order((string)context.GetRouteValue("id")!)], WebSocket);
        Map(routes, "/ws", Asked, WebSocket);
        Map(routes, "/api/v1/sse", Asked, ServerSentEventsTransport.RunAsync);
        Map(routes, "/api/v1/poll", Asked, (context, server, caller, streams) => LongPollTransport.RunAsync(context, server, caller, streams, wait), LiveEndpoint.Polled);
    }

    private static void Map(IEndpointRouteBuilder routes, string path, Func<HttpContext, IReadOnlyList<string>> labels, Transport transport, LiveEndpoint? live = null) =>
        routes.MapMethods(path, transport == WebSocket ? WebSocketMethods : [HttpMethods.Get], (RequestDelegate)(context => RunAsync(context, labels(context), transport)))
            .Allow(AccessRule.ReaderOrGuest).WithMetadata(live ?? LiveEndpoint.Connected).ExcludeFromDescription();

    private static IReadOnlyList<string> Asked(HttpContext context) =>
        [.. context.Request.Query["streams"].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct(StringComparer.Ordinal)];

    private static async Task RunAsync(HttpContext context, IReadOnlyList<string> labels, Transport transport)
    {
        var server = context.RequestServices.GetRequiredService<SessionServer>();
        if (context.RequestServices.GetRequiredService<NodeLife>().Phase == NodePhase.Draining)
        {
            // Nothing is lost yet: a load balancer takes this to the next node, a client tries again.
            await Problems.WriteAsync(context, ErrorCode.Draining);
            return;
        }

        if (transport == WebSocket && !WebSocketTransport.IsHandshake(context))
        {
            context.Response.Headers.Upgrade = "websocket";
            await Problems.WriteAsync(context, ErrorCode.NotAWebSocket, "Connect with a WebSocket client (RFC 6455, version 13).");
            return;
        }

        if (labels.Count == 0 && transport != WebSocket)
        {
            await Problems.WriteAsync(context, ErrorCode.MissingField, "Name the streams to follow: ?streams=notifications,order:{id}");
            return;
        }

        if (labels.Count > server.Limits.Streams)
        {
            await Problems.WriteAsync(context, ErrorCode.TooManyStreams, $"One connection follows at most {server.Limits.Streams} streams.");
            return;
        }

        var resume = context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last] ? last : context.Request.Query["since"].ToString();
        if (!SinceText.TryParse(resume, out var since))
        {
            await Problems.WriteAsync(context, ErrorCode.InvalidCursor, "since is the cursor of a frame, or \"earliest\".");
            return;
        }

        var streams = new List<(string, StreamName, Since)>(labels.Count);
        foreach (var label in labels)
        {
            var answer = await server.Host.ResolveAsync(context.Caller(), label, context.RequestAborted);
            if (answer.Refused is { } refused)
            {
                await Problems.WriteAsync(context, refused);
                return;
            }

            streams.Add((label, answer.Stream, since.For(label)));
        }

        await transport(context, server, context.Caller(), streams);
    }

    private static Task WebSocket(HttpContext context, SessionServer server, Caller caller, IReadOnlyList<(string Label, StreamName Stream, Since Since)> streams) =>
        WebSocketTransport.RunAsync(context, server, caller, streams);
}
