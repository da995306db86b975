using Milepost.Protocol.Streams;

namespace Milepost.Client.Streams;

/// <summary>What a frame means for someone who must see each entry once, in order and without a gap.</summary>
internal enum Verdict
{
    /// <summary>The entry that is due, or a frame without an offset.</summary>
    Entry,
    Ready,
    Reset,
    Error,

    /// <summary>An entry that was seen already.</summary>
    Duplicate,

    /// <summary>An entry is missing before this frame.</summary>
    Gap,
    Reconnect,
    TokenExpiring,

    /// <summary>Nothing for the consumer: a heartbeat, a pong, a type of a later version.</summary>
    Nothing,
}

/// <summary>The last offset of each stream of a follow, over all its connections.</summary>
internal sealed class StreamOffsets
{
    // One follow has as a rule one stream; a list is smaller and faster than a dictionary there.
    private readonly List<(string Stream, long Offset)> _known = [];

    public Verdict Judge(ServerFrame frame) => frame.Type switch
    {
        FrameTypes.Ready => JudgeReady(frame),
        FrameTypes.Reset => JudgeReset(frame),
        FrameTypes.Error => Verdict.Error,
        FrameTypes.Reconnect => Verdict.Reconnect,
        FrameTypes.TokenExpiring => Verdict.TokenExpiring,
        FrameTypes.TokenAccepted or FrameTypes.Heartbeat or FrameTypes.Pong => Verdict.Nothing,
        _ when frame.Stream is null => Verdict.Nothing,
        _ when frame.Offset is null => Verdict.Entry,
        _ => JudgeEntry(frame.Stream!, frame.Offset!.Value),
    };

    private Verdict JudgeEntry(string stream, long offset)
    {
        var index = IndexOf(stream);
        if (index < 0)
        {
            _known.Add((stream, offset));
            return Verdict.Entry;
        }

        var last = _known[index].Offset;
        if (offset == last + 1)
        {
            _known[index] = (_known[index].Stream, offset);
            return Verdict.Entry;
        }

        return offset <= last ? Verdict.Duplicate : Verdict.Gap;
    }

    private Verdict JudgeReady(ServerFrame frame)
    {
        foreach (var stream in frame.Streams ?? [])
        {
            var index = IndexOf(stream.Stream);
            if (index >= 0 && stream.Offset > _known[index].Offset)
            {
                return Verdict.Gap;
            }
        }

        foreach (var stream in frame.Streams ?? [])
        {
            if (IndexOf(stream.Stream) < 0)
            {
                _known.Add((stream.Stream, stream.Offset));
            }
        }

        return Verdict.Ready;
    }

    private Verdict JudgeReset(ServerFrame frame)
    {
        _known.RemoveAll(item => frame.Stream is null || item.Stream == frame.Stream);
        return Verdict.Reset;
    }

    private int IndexOf(string stream)
    {
        for (var index = 0; index < _known.Count; index++)
        {
            if (_known[index].Stream == stream)
            {
                return index;
            }
        }

        return -1;
    }
}
