using System.Diagnostics;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text.Json;
using Milepost.Client.Http;

namespace Milepost.Client.Streams;

/// <summary>Opens and reads connections, and turns what the network throws into values.</summary>
internal sealed class StreamConnector(MilepostHttp http, MilepostClientOptions options)
{
    public async ValueTask<(IStreamConnection? Connection, Ending? Ending)> OpenAsync(
        StreamTransport transport, FollowRequest request, string? since, Watchdog watchdog)
    {
        try
        {
            IStreamConnection connection = transport switch
            {
                StreamTransport.WebSocket => await WebSocketConnection.OpenAsync(http, request, since, watchdog, options),
                StreamTransport.ServerSentEvents => await ServerSentEventsConnection.OpenAsync(http, request, since, watchdog, options.TimeProvider),
                StreamTransport.LongPoll => new LongPollConnection(http, request, since, watchdog, options.TimeProvider),
                _ => throw new UnreachableException($"transport {transport}"),
            };
            return (connection, null);
        }
        catch (Exception cause) when (IsOfTheNetwork(cause, watchdog))
        {
            return (null, Explain(cause, watchdog));
        }
    }

    public static async ValueTask<Received> ReadAsync(IStreamConnection connection, Watchdog watchdog)
    {
        try
        {
            return await connection.ReadAsync();
        }
        catch (Exception cause) when (IsOfTheNetwork(cause, watchdog))
        {
            return Received.End(Explain(cause, watchdog));
        }
    }

    public static async ValueTask<Ending?> RenewAsync(IStreamConnection connection, string token, Watchdog watchdog)
    {
        try
        {
            await connection.RenewAsync(token);
            return null;
        }
        catch (Exception cause) when (IsOfTheNetwork(cause, watchdog))
        {
            return Explain(cause, watchdog);
        }
    }

    // Everything else is a fault of ours or of the token source, and the consumer's to see.
    private static bool IsOfTheNetwork(Exception cause, Watchdog watchdog) => cause switch
    {
        MilepostException or HttpRequestException or WebSocketException or SocketException or IOException or ObjectDisposedException or JsonException => true,
        OperationCanceledException => watchdog.Token.IsCancellationRequested,
        _ => false,
    };

    private static Ending Explain(Exception cause, Watchdog watchdog) => cause switch
    {
        // 1. Silence shows as whatever the aborted read throws. 2. The server's own word. 3. Not our protocol. 4. The network.
        _ when watchdog.Barked => new Ending(ConnectionReason.Silence, "nothing was heard for too long"),
        MilepostException refusal => Ending.Of(refusal),
        JsonException => new Ending(ConnectionReason.ProtocolFault, cause.Message),
        _ => new Ending(ConnectionReason.NetworkFailed, cause.Message),
    };
}
