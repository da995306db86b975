using System.Buffers;
using System.Text;

namespace Milepost.Client.Streams;

/// <summary>One event of an event stream. <paramref name="Data"/> is UTF-8.</summary>
internal readonly record struct ServerSentEvent(string Type, byte[] Data, string LastEventId)
{
    public string Text => Encoding.UTF8.GetString(Data);
}

/// <summary>
/// Reads the EventSource format (WHATWG HTML, 9.2.6) from bytes that come in any portions. Keeps bytes: the payload is JSON, and its
/// reader takes UTF-8.
/// </summary>
internal sealed class EventStreamParser
{
    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];
    private readonly Queue<ServerSentEvent> _events = new();
    private readonly ArrayBufferWriter<byte> _line = new(256);
    private readonly ArrayBufferWriter<byte> _data = new(1024);
    private int _markSeen;
    private bool _afterCarriageReturn;
    private string _type = "";
    private string _lastEventId = "";

    /// <summary>What the server asked to wait before a reconnect, once it did.</summary>
    public TimeSpan? Retry { get; private set; }

    public bool TryTake(out ServerSentEvent next) => _events.TryDequeue(out next);

    public void Feed(ReadOnlySpan<byte> bytes)
    {
        // A byte order mark at the very beginning is not part of the first line, even when it comes in pieces.
        while (_markSeen < Mark.Length && !bytes.IsEmpty)
        {
            if (bytes[0] != Mark[_markSeen])
            {
                _line.Write(Mark.AsSpan(0, _markSeen));
                _markSeen = Mark.Length;
                break;
            }

            _markSeen++;
            bytes = bytes[1..];
        }

        while (!bytes.IsEmpty)
        {
            if (_afterCarriageReturn)
            {
                _afterCarriageReturn = false;
                if (bytes[0] == '\n')
                {
                    bytes = bytes[1..];
                    continue;
                }
            }

            var end = bytes.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                _line.Write(bytes);
                return;
            }

            if (_line.WrittenCount == 0)
            {
                Line(bytes[..end]);
            }
            else
            {
                _line.Write(bytes[..end]);
                Line(_line.WrittenSpan);
                _line.ResetWrittenCount();
            }

            _afterCarriageReturn = bytes[end] == '\r';
            bytes = bytes[(end + 1)..];
        }
    }

    private void Line(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            Dispatch();
            return;
        }

        var colon = text.IndexOf((byte)':');
        if (colon == 0)
        {
            return;
        }

        var name = colon < 0 ? text : text[..colon];
        var value = colon < 0 ? [] : text[(colon + 1)..];
        if (!value.IsEmpty && value[0] == ' ')
        {
            value = value[1..];
        }

        if (name.SequenceEqual("data"u8))
        {
            _data.Write(value);
            _data.Write("\n"u8);
        }
        else if (name.SequenceEqual("event"u8))
        {
            _type = Encoding.UTF8.GetString(value);
        }
        else if (name.SequenceEqual("id"u8) && !value.Contains((byte)0))
        {
            _lastEventId = Encoding.UTF8.GetString(value);
        }
        else if (name.SequenceEqual("retry"u8) && !value.IsEmpty && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            // More digits than a number can hold mean "very long": no wait that anybody lives to see.
            Retry = TimeSpan.FromMilliseconds(int.TryParse(value, out var milliseconds) ? milliseconds : int.MaxValue);
        }
    }

    private void Dispatch()
    {
        if (_data.WrittenCount > 0)
        {
            _events.Enqueue(new ServerSentEvent(_type.Length == 0 ? "message" : _type, _data.WrittenSpan[..^1].ToArray(), _lastEventId));
            _data.ResetWrittenCount();
        }

        _type = "";
    }
}
