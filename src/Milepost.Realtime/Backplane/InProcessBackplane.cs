using System.Collections.Immutable;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Backplane;

/// <summary>Nodes in one process; mostly there is one, which tells itself. Nothing can be lost.</summary>
public sealed class InProcessBackplane : IBackplane
{
    private readonly Room _room;
    private IHintReceiver? _receiver;

    public InProcessBackplane()
        : this(new Room())
    {
    }

    private InProcessBackplane(Room room) => _room = room;

    public bool HasPeers => _room.Members.Length > 1;

    public bool IsLossless => true;

    public bool IsHealthy(StreamName stream) => true;

    /// <summary>The backplane of another node in this process.</summary>
    public InProcessBackplane ForPeer() => new(_room);

    public void Attach(IHintReceiver receiver)
    {
        _receiver = receiver;
        ImmutableInterlocked.Update(ref _room.Members, static (members, added) => members.Add(added), receiver);
    }

    public void Publish(StreamName stream, StreamFrame frame)
    {
        foreach (var member in _room.Members)
        {
            if (member != _receiver && member.HasListeners(stream))
            {
                member.Receive(stream, frame);
            }
        }
    }

    public void Publish(StreamName stream, LiveFrame frame)
    {
        foreach (var member in _room.Members)
        {
            if (member != _receiver && member.HasListeners(stream))
            {
                member.Receive(stream, frame);
            }
        }
    }

    public void InterestChanged(StreamName stream)
    {
        // Whoever publishes asks for the listeners.
    }

    public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private sealed class Room
    {
        public ImmutableArray<IHintReceiver> Members = [];
    }
}
