namespace Milepost.Realtime.Sessions;

/// <summary>How the transport of a session behaves.</summary>
internal enum SessionKind : byte
{
    /// <summary>Both ends talk: WebSocket.</summary>
    Duplex,

    /// <summary>Only the server talks: Server-Sent Events.</summary>
    OneWay,

    /// <summary>One answer, as soon as there is something to tell: long-poll.</summary>
    Once,
}
