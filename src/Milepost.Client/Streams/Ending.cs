using Milepost.Protocol.Streams;

namespace Milepost.Client.Streams;

/// <summary>How a connection ended, or why it could not be opened. With <paramref name="Final"/> the follow ends too.</summary>
internal sealed record Ending(ConnectionReason Reason, string Detail, TimeSpan? After = null, MilepostException? Final = null)
{
    public bool Unauthorized { get; private init; }

    public static Ending Of(MilepostException refusal)
    {
        var unauthorized = refusal.Status == 401;
        return refusal.Retry
            ? new Ending(refusal.Status is null ? ConnectionReason.NetworkFailed : ConnectionReason.ServerBusy, refusal.Message, refusal.RetryAfter)
            : new Ending(unauthorized ? ConnectionReason.TokenExpired : ConnectionReason.ServerClosed, refusal.Message, Final: refusal) { Unauthorized = unauthorized };
    }

    public static Ending OfClose(int number, string? reason)
    {
        var text = string.IsNullOrEmpty(reason) ? $"close code {number}" : $"close code {number}: {reason}";
        return Closed(reason is { Length: > 0 } ? reason : "closed", text, number, CloseCode.ShouldReconnect(number));
    }

    public static Ending OfError(ServerFrame frame) =>
        Closed(frame.Code ?? "closed", frame.Detail ?? "the server ended the connection", number: null, reconnect: frame.Retry != false);

    private static Ending Closed(string code, string text, int? number, bool reconnect)
    {
        if (!reconnect)
        {
            return new Ending(ConnectionReason.ServerClosed, text, Final: new MilepostException(code, text, number));
        }

        return new Ending(
            code == CloseCode.Draining.Reason ? ConnectionReason.ServerDraining
            : code == CloseCode.TokenExpired.Reason ? ConnectionReason.TokenExpired
            : ConnectionReason.ServerClosed,
            text);
    }
}

/// <summary>What one read of a connection brings: a frame, a cursor that stands for what came before, or the end.</summary>
internal readonly record struct Received(ServerFrame? Frame, string? Cursor, Ending? Ending)
{
    public static Received Of(ServerFrame frame) => new(frame, null, null);

    public static Received Position(string cursor) => new(null, cursor, null);

    public static Received End(Ending ending) => new(null, null, ending);

    public static Received Fault(string detail) => End(new Ending(ConnectionReason.ProtocolFault, detail));
}
