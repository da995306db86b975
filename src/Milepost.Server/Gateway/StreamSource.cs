using Milepost.Core.Streams;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Server.Gateway;

/// <summary>Shows the log to the sessions as frames.</summary>
/// <param name="log">The log.</param>
/// <param name="epoch">The epoch of the data; known once the database was reached.</param>
internal sealed class StreamSource(IStreamLog log, Func<long> epoch) : IStreamSource
{
    public long Epoch => epoch();

    public ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken) => log.LocateAsync(stream, offset, cancellationToken);

    public ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken) =>
        log.HeadsAsync(streams, cancellationToken);

    public async ValueTask<IReadOnlyList<StreamFrame>> ReadAsync(StreamName stream, long after, int limit, CancellationToken cancellationToken)
    {
        var entries = await log.ReadAsync(stream, after, limit, cancellationToken);
        return [.. entries.Select(ToFrame)];
    }

    public static StreamFrame ToFrame(StreamEntry entry) => StreamFrame.Encode(entry.Offset, entry.Check, entry.Type, entry.Id, entry.Time, entry.Data);
}
