using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>What the sessions count. No ids, tenants or names among the tags: their number must not grow with the connections.</summary>
internal static class SessionMetrics
{
    private static readonly Meter Meter = new("Milepost.Realtime");

    private static readonly UpDownCounter<long> Open = Meter.CreateUpDownCounter<long>("milepost.session.open", "{session}", "Open live connections by transport");

    private static readonly Counter<long> Opened = Meter.CreateCounter<long>("milepost.session.opened", "{session}", "Live connections opened, by transport");

    private static readonly Counter<long> Closed = Meter.CreateCounter<long>("milepost.session.closed", "{session}", "Live connections closed, by transport and our close code; gone: the other end left or broke");

    private static readonly Counter<long> Resets = Meter.CreateCounter<long>("milepost.session.reset", "{reset}", "Positions that could not be served, by code");

    public static readonly Counter<long> FramesSent = Meter.CreateCounter<long>("milepost.frame.sent", "{frame}", "Frames written to live connections");

    public static readonly Counter<long> LogReads = Meter.CreateCounter<long>("milepost.log.read", "{read}", "Readings of the log for connections that were behind");

    public static void SessionOpened(SessionKind kind)
    {
        var transport = Transport(kind);
        Open.Add(1, transport);
        Opened.Add(1, transport);
    }

    public static void SessionClosed(SessionKind kind, CloseCode? code)
    {
        var transport = Transport(kind);
        Open.Add(-1, transport);
        Closed.Add(1, transport, new KeyValuePair<string, object?>("code", code?.Number.ToString(CultureInfo.InvariantCulture) ?? "gone"));
    }

    public static void WasReset(string code) => Resets.Add(1, new KeyValuePair<string, object?>("code", code));

    private static KeyValuePair<string, object?> Transport(SessionKind kind) => new("transport", kind switch
    {
        SessionKind.Duplex => "websocket",
        SessionKind.OneWay => "sse",
        SessionKind.Once => "poll",
        _ => throw new UnreachableException(),
    });
}
