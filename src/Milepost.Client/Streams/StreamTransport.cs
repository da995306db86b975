namespace Milepost.Client.Streams;

/// <summary>Three ways of reading the same streams with the same cursors.</summary>
public enum StreamTransport
{
    /// <summary>One WebSocket; the only one that acknowledges while it is open.</summary>
    WebSocket,

    /// <summary>Server-Sent Events: passes where proxies do not let WebSockets through.</summary>
    ServerSentEvents,

    /// <summary>Long-poll: passes everywhere.</summary>
    LongPoll,
}
