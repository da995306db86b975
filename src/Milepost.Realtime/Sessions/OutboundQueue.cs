using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>What waits to be written: an entry of a subscription, or a control frame.</summary>
internal readonly record struct Outbound(Subscription? Subscription, StreamFrame? Frame, byte[]? Control, OutboundKind Kind)
{
    public int Size => Frame?.Body.Length ?? 0;
}

internal enum OutboundKind
{
    Entry,
    Control,

    /// <summary>A control frame that carries the connection's cursor.</summary>
    ControlWithCursor,
    Heartbeat,
    Pong,
}

/// <summary>
/// The bounded queue of one session. Entries are bounded in bytes: what does not fit is dropped here and read from the log later, so
/// dropping loses nothing. Control frames are bounded in number. Not thread-safe: the session's lock guards it.
/// </summary>
internal sealed class OutboundQueue(SessionLimits limits)
{
    // Most sessions are idle most of the time: the queue exists only while something waits.
    private Queue<Outbound>? _items;
    private int _controls;

    public int Bytes { get; private set; }

    public bool IsEmpty => _items is null;

    /// <summary>False: there is no room; the entry is to be read from the log.</summary>
    public bool TryAddEntry(Subscription subscription, StreamFrame frame)
    {
        if (Bytes + frame.Body.Length > limits.QueueBytes)
        {
            return false;
        }

        Bytes += frame.Body.Length;
        (_items ??= new Queue<Outbound>()).Enqueue(new Outbound(subscription, frame, null, OutboundKind.Entry));
        return true;
    }

    /// <summary>False: the other end sends without reading.</summary>
    public bool TryAddControl(OutboundKind kind, byte[]? body)
    {
        if (_controls >= limits.ControlFrames)
        {
            return false;
        }

        _controls++;
        (_items ??= new Queue<Outbound>()).Enqueue(new Outbound(null, null, body, kind));
        return true;
    }

    public bool TryTake(out Outbound item)
    {
        item = default;
        if (_items is null)
        {
            return false;
        }

        item = _items.Dequeue();
        Bytes -= item.Size;
        _controls -= item.Kind == OutboundKind.Entry ? 0 : 1;
        if (_items.Count == 0)
        {
            _items = null;
        }

        return true;
    }

    public void Clear()
    {
        _items = null;
        Bytes = 0;
        _controls = 0;
    }
}
