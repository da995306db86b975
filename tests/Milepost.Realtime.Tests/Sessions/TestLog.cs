using System.Collections.Concurrent;
using System.Text;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Tests.Sessions;

/// <summary>The log in memory. What is behind it (retention, another epoch, pauses, failures) is the test's to set.</summary>
internal sealed class TestLog : IStreamSource
{
    private readonly ConcurrentDictionary<StreamName, Stream> _streams = new();

    public long Epoch { get; set; } = 7;

    /// <summary>Awaited before each read, with the stream; throws to fail it.</summary>
    public Func<StreamName, Task> BeforeRead { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited behind each locate, before its answer is seen.</summary>
    public Func<StreamName, Task> BehindLocate { get; set; } = _ => Task.CompletedTask;

    public int Reads;

    public StreamFrame Append(StreamName stream, int size = 40) => Of(stream).Append(size);

    /// <summary>Removes everything before <paramref name="first"/>.</summary>
    public void Keep(StreamName stream, long first) => Of(stream).Keep(first);

    public long Head(StreamName stream) => Of(stream).Locate(Epoch, 0).Head.Offset;

    public StreamPosition Position(StreamName stream, long offset) => new(Epoch, offset, offset == 0 ? 0 : Of(stream).CheckAt(offset));

    public async ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken)
    {
        var location = Of(stream).Locate(Epoch, offset);
        await BehindLocate(stream);
        return location;
    }

    public ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyDictionary<StreamName, long>>(streams.Distinct().Where(stream => Head(stream) > 0).ToDictionary(stream => stream, Head));

    public async ValueTask<IReadOnlyList<StreamFrame>> ReadAsync(StreamName stream, Audience audience, long after, int limit, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref Reads);
        await BeforeRead(stream);
        return Of(stream).Read(after, limit);
    }

    private Stream Of(StreamName stream) => _streams.GetOrAdd(stream, _ => new Stream());

    private sealed class Stream
    {
        private readonly Lock _lock = new();
        private readonly List<StreamFrame> _frames = [];
        private long _first = 1;

        public StreamFrame Append(int size)
        {
            lock (_lock)
            {
                var offset = _frames.Count + 1;
                var check = StreamPosition.NextCheck(offset == 1 ? 0 : _frames[^1].Check, $"e{offset}");
                var data = Encoding.UTF8.GetBytes($"{{\"text\":\"{new string('x', size)}\"}}");
                var frame = StreamFrame.Encode(offset, check, "order.updated", $"e{offset}", DateTimeOffset.UnixEpoch, data);
                _frames.Add(frame);
                return frame;
            }
        }

        public void Keep(long first)
        {
            lock (_lock)
            {
                _first = first;
            }
        }

        public uint CheckAt(long offset)
        {
            lock (_lock)
            {
                return _frames[(int)offset - 1].Check;
            }
        }

        public StreamLocation Locate(long epoch, long offset)
        {
            lock (_lock)
            {
                var head = _frames.Count == 0 ? default : new StreamHead(_frames.Count, _frames[^1].Check);
                return new StreamLocation(epoch, _first, head, offset >= _first && offset <= _frames.Count ? _frames[(int)offset - 1].Check : null);
            }
        }

        public IReadOnlyList<StreamFrame> Read(long after, int limit)
        {
            lock (_lock)
            {
                return [.. _frames.Skip((int)Math.Max(after, _first - 1)).Take(limit)];
            }
        }
    }
}
