using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text.Json;
using System.Threading.Channels;
using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Realtime.Transports;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Sessions;

/// <summary>What arrived: a frame, a PING (type "ping!") or the close code (type "close!").</summary>
internal sealed record Arrived(ServerFrame Frame, int CloseCode = 0)
{
    public string Type => Frame.Type;
}

/// <summary>A session and the other end of its connection, which reads WebSocket frames until it is told to pause.</summary>
internal sealed class TestConnection
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 32 * 1024, resumeWriterThreshold: 16 * 1024, useSynchronizationContext: false));
    private readonly Channel<Arrived> _arrived = Channel.CreateUnbounded<Arrived>();
    private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TestConnection(TestNode node, SessionKind kind, Caller caller, bool paused)
    {
        Node = node;
        Session = new Session(node.Server, caller, _pipe.Writer, WebSocketFrames.Instance, Abort, kind);
        node.Registry.Add(Session);
        if (!paused)
        {
            Resume();
        }
    }

    public TestNode Node { get; }

    public Session Session { get; }

    public Task Aborted => _aborted.Task;

    /// <summary>Everything that was taken so far.</summary>
    public List<Arrived> History { get; } = [];

    public void Follow(string? since, params string[] labels)
    {
        SinceText.TryParse(since, out var start).ShouldBeTrue();
        Session.Subscribe([.. labels.Select(label => (label, TestNode.Stream(label), start.For(label)))]);
    }

    /// <summary>Starts reading.</summary>
    public void Resume() => _ = ReadAsync();

    public async Task<Arrived> NextAsync()
    {
        var arrived = await _arrived.Reader.ReadAsync().Soon();
        History.Add(arrived);
        return arrived;
    }

    public async Task<ServerFrame> NextAsync(string type)
    {
        var arrived = await NextAsync();
        arrived.Type.ShouldBe(type);
        return arrived.Frame;
    }

    /// <summary>Takes frames until one of this type.</summary>
    public async Task<ServerFrame> UntilAsync(string type)
    {
        while (true)
        {
            var arrived = await NextAsync();
            if (arrived.Type == type)
            {
                return arrived.Frame;
            }
        }
    }

    /// <summary>Takes frames until the stream's entry with this offset, and says which offsets of it came.</summary>
    public async Task<List<long>> OffsetsUntilAsync(string label, long last)
    {
        var offsets = new List<long>();
        while (offsets.LastOrDefault() != last)
        {
            var arrived = await NextAsync();
            if (arrived.Frame is { Offset: { } offset } frame && frame.Stream == label)
            {
                offsets.Add(offset);
            }
        }

        return offsets;
    }

    /// <summary>Takes frames until every one of the streams has come to this offset: each offset from 1 on must have come once and in order.</summary>
    public async Task SeesEverythingAsync(IReadOnlyCollection<string> labels, long last, string because)
    {
        var seen = labels.ToDictionary(label => label, _ => new List<long>(), StringComparer.Ordinal);
        while (seen.Values.Any(offsets => offsets.LastOrDefault() != last))
        {
            var frame = (await NextAsync()).Frame;
            if (frame.Offset is { } offset)
            {
                seen[frame.Stream!].Add(offset);
            }
        }

        foreach (var label in labels)
        {
            seen[label].ShouldBe(Enumerable.Range(1, (int)last).Select(offset => (long)offset), because);
        }
    }

    /// <summary>A ping is answered behind everything that was queued before: then nothing else was under way.</summary>
    public async Task<List<Arrived>> EverythingSoFarAsync()
    {
        Session.Send(ControlFrames.Pong);
        var from = History.Count;
        await UntilAsync(FrameTypes.Pong);
        return History[from..^1];
    }

    public async Task<int> CloseCodeAsync()
    {
        while (true)
        {
            var arrived = await NextAsync();
            if (arrived.CloseCode != 0)
            {
                return arrived.CloseCode;
            }
        }
    }

    public async Task EndAsync()
    {
        Session.Stop();
        await Session.Ended.Soon();
        Node.Registry.Remove(Session);
    }

    private void Abort()
    {
        _aborted.TrySetResult();
        _pipe.Reader.CancelPendingRead();
        _pipe.Writer.CancelPendingFlush();
    }

    private async Task ReadAsync()
    {
        while (true)
        {
            var result = await _pipe.Reader.ReadAsync();
            var buffer = result.Buffer;
            while (TryRead(ref buffer) is { } arrived)
            {
                _arrived.Writer.TryWrite(arrived);
            }

            _pipe.Reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }

    private static Arrived? TryRead(ref ReadOnlySequence<byte> buffer)
    {
        var bytes = buffer.ToArray().AsSpan();
        if (bytes.Length < 2 || (bytes[1] == 126 && bytes.Length < 4))
        {
            return null;
        }

        (bytes[1] < 127).ShouldBeTrue("unmasked, and short enough for these tests");
        var header = bytes[1] == 126 ? 4 : 2;
        int length = bytes[1] == 126 ? BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) : bytes[1];
        if (bytes.Length < header + length)
        {
            return null;
        }

        var payload = bytes.Slice(header, length);
        buffer = buffer.Slice(header + length);
        return (WebSocketOpcode)(bytes[0] & 0x0f) switch
        {
            WebSocketOpcode.Text => new Arrived(JsonSerializer.Deserialize(payload, ProtocolJson.Default.ServerFrame)!),
            WebSocketOpcode.Ping => new Arrived(new ServerFrame { Type = "ping!" }),
            WebSocketOpcode.Close => new Arrived(new ServerFrame { Type = "close!" }, BinaryPrimitives.ReadUInt16BigEndian(payload)),
            var opcode => throw new InvalidOperationException($"unexpected opcode {opcode}"),
        };
    }
}
