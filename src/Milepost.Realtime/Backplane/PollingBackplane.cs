using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Backplane;

/// <summary>Several nodes over one database and nothing between them: every stream that somebody follows is polled.</summary>
public sealed class PollingBackplane : IBackplane
{
    public bool HasPeers => false;

    public bool IsLossless => false;

    public bool IsHealthy(StreamName stream) => false;

    public void Attach(IHintReceiver receiver)
    {
        // Nothing is ever heard.
    }

    public void Publish(StreamName stream, StreamFrame frame)
    {
        // Nobody would hear it.
    }

    public void Publish(StreamName stream, LiveFrame frame)
    {
        // Whoever listens on another node has the last place from the snapshot.
    }

    public void InterestChanged(StreamName stream)
    {
        // The head check asks the hub.
    }

    public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
