using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Backplane;

/// <summary>
/// Carries hints between the nodes. A hint may be lost, doubled, late or out of order: what it says is in the log, and whoever follows the
/// stream finds out. No member blocks or throws for a network's sake.
/// </summary>
public interface IBackplane
{
    /// <summary>Whether there are other nodes to publish to.</summary>
    bool HasPeers { get; }

    /// <summary>Whether no hint can ever be lost, so that no stream has to be checked.</summary>
    bool IsLossless { get; }

    /// <summary>Whether hints of this stream can be expected to arrive. While they cannot, the stream is polled.</summary>
    bool IsHealthy(StreamName stream);

    /// <summary>Names the one who hears the hints of other nodes. Once, before anything else.</summary>
    void Attach(IHintReceiver receiver);

    /// <summary>Tells the other nodes of an entry. Never its own.</summary>
    void Publish(StreamName stream, StreamFrame frame);

    /// <summary>Shows the other nodes what is true now. Lost where they cannot be told: nobody is owed it.</summary>
    void Publish(StreamName stream, LiveFrame frame);

    /// <summary>The first listener of a stream has come, or the last one has gone: <see cref="IHintReceiver.HasListeners"/> tells which.</summary>
    void InterestChanged(StreamName stream);

    /// <summary>Does the work, until cancelled.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>The side of a node that hears hints.</summary>
public interface IHintReceiver
{
    /// <summary>Every stream that somebody listens to here.</summary>
    IEnumerable<StreamName> Streams { get; }

    bool HasListeners(StreamName stream);

    void Receive(StreamName stream, StreamFrame frame);

    void Receive(StreamName stream, LiveFrame frame);

    /// <summary>An entry exists, and has to be read from the log.</summary>
    void Receive(StreamName stream, long offset);

    /// <summary>Hints of this stream may have been missed: its head has to be looked up.</summary>
    void Doubt(StreamName stream);
}
