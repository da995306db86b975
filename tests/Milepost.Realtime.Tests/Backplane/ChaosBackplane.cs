using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Tests.Backplane;

/// <summary>Loses, doubles, delays and shuffles what a node hears, by seed.</summary>
internal sealed class ChaosBackplane(IBackplane inner, int seed) : IBackplane
{
    public bool HasPeers => inner.HasPeers;

    public bool IsLossless => false;

    public bool IsHealthy(StreamName stream) => inner.IsHealthy(stream);

    public void Attach(IHintReceiver receiver) => inner.Attach(new Receiver(receiver, new Random(seed)));

    public void Publish(StreamName stream, StreamFrame frame) => inner.Publish(stream, frame);

    public void Publish(StreamName stream, LiveFrame frame) => inner.Publish(stream, frame);

    public void InterestChanged(StreamName stream) => inner.InterestChanged(stream);

    public Task RunAsync(CancellationToken cancellationToken) => inner.RunAsync(cancellationToken);

    private sealed class Receiver(IHintReceiver receiver, Random random) : IHintReceiver
    {
        private readonly List<(StreamName Stream, StreamFrame Frame)> _held = [];

        public IEnumerable<StreamName> Streams => receiver.Streams;

        public bool HasListeners(StreamName stream) => receiver.HasListeners(stream);

        public void Receive(StreamName stream, long offset) => receiver.Receive(stream, offset);

        public void Receive(StreamName stream, LiveFrame frame) => receiver.Receive(stream, frame);

        public void Doubt(StreamName stream) => receiver.Doubt(stream);

        public void Receive(StreamName stream, StreamFrame frame)
        {
            lock (_held)
            {
                var copies = random.Next(5) switch
                {
                    0 => 0,
                    1 => 2,
                    2 => Hold(stream, frame),
                    _ => 1,
                };
                for (var copy = 0; copy < copies; copy++)
                {
                    receiver.Receive(stream, frame);
                }
            }
        }

        private int Hold(StreamName stream, StreamFrame frame)
        {
            _held.Add((stream, frame));
            if (_held.Count > 20)
            {
                var late = _held.ToArray();
                _held.Clear();
                random.Shuffle(late);
                Array.ForEach(late, hint => receiver.Receive(hint.Stream, hint.Frame));
            }

            return 0;
        }
    }
}
