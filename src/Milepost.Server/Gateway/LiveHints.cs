using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Server.Gateway;

/// <summary>After a commit: tells those who listen, here and on other nodes. An entry is encoded once, and not at all when nobody can hear it.</summary>
internal sealed class LiveHints(StreamHub hub) : ICommitListener
{
    public void Committed(IReadOnlyList<StreamEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (hub.IsHeard(entry.Stream))
            {
                hub.Publish(entry.Stream, StreamSource.ToFrame(entry));
            }
        }
    }
}
