using System.Buffers.Binary;
using System.Security.Cryptography;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>
/// Hints over Redis publish/subscribe: one channel for each stream, subscribed by the nodes where somebody listens, with the encoded frame
/// inside, so that no other node has to read or encode the entry again. Several instances share the streams.
/// </summary>
public sealed class RedisBackplane : IBackplane
{
    private readonly RedisConnections _connections;
    private readonly HintPublisher[] _publishers;
    private readonly StreamChannels[] _channels;
    private readonly ulong _node = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private IHintReceiver? _receiver;

    /// <param name="connections">Where to.</param>
    /// <param name="epoch">The data set that the streams belong to; asked when the first hint goes or comes, since it is known once the store is open.</param>
    /// <param name="time">The clock of deadlines.</param>
    public RedisBackplane(RedisConnections connections, Func<long> epoch, TimeProvider time)
    {
        _connections = connections;
        _publishers = [.. connections.All.Select(connection => new HintPublisher(connection, epoch, time))];
        _channels = [.. connections.All.Select(connection => new StreamChannels(connection, epoch, time, Received))];
    }

    public bool HasPeers => true;

    public bool IsLossless => false;

    public bool IsHealthy(StreamName stream) => _connections.All[IndexOf(stream)].IsHealthy;

    public void Attach(IHintReceiver receiver)
    {
        _receiver = receiver;
        for (var index = 0; index < _channels.Length; index++)
        {
            var instance = index;
            _connections.All[index].Restored += (_, _) => Doubt(instance);
        }
    }

    public void Publish(StreamName stream, StreamFrame frame) => _publishers[IndexOf(stream)].Add(stream, HintMessage.Encode(_node, frame));

    public void Publish(StreamName stream, LiveFrame frame) => _publishers[IndexOf(stream)].Add(stream, HintMessage.Encode(_node, frame));

    public void InterestChanged(StreamName stream) => _channels[IndexOf(stream)].Changed(stream);

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        [.. _publishers.Select(publisher => publisher.RunAsync(cancellationToken)), .. _channels.Select(channels => channels.RunAsync(_receiver!, cancellationToken))]);

    private int IndexOf(StreamName stream) => _channels.Length == 1 ? 0 : _connections.IndexFor($"{stream.Tenant}:{stream.Label}");

    private void Doubt(int instance)
    {
        foreach (var stream in _receiver!.Streams.Where(stream => IndexOf(stream) == instance))
        {
            _receiver.Doubt(stream);
        }
    }

    private void Received(StreamName stream, byte[] message)
    {
        if (!HintMessage.TryRead(message, out var hint))
        {
            RealtimeMetrics.Malformed.Add(1);
            return;
        }

        if (hint.Node == _node)
        {
            return;
        }

        RealtimeMetrics.Received.Add(1);
        if (hint.Live is { } live)
        {
            _receiver!.Receive(stream, live);
        }
        else if (hint.Frame is { } frame)
        {
            _receiver!.Receive(stream, frame);
        }
        else
        {
            _receiver!.Receive(stream, hint.Offset);
        }
    }
}
