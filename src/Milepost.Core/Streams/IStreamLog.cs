using Milepost.Protocol.Streams;

namespace Milepost.Core.Streams;

/// <summary>Reads the streams. Entries are written only together with what caused them, by the order and notification stores.</summary>
public interface IStreamLog
{
    /// <summary>Where the stream stands, and the fingerprint at <paramref name="offset"/>. A stream without entries has head 0.</summary>
    ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken);

    /// <summary>The newest offsets of many streams at once, in one reading. Streams without entries are left out.</summary>
    ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken);

    /// <summary>The entries behind <paramref name="after"/> in order of their offsets, dense, at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<StreamEntry>> ReadAsync(StreamName stream, long after, int limit, CancellationToken cancellationToken);

    /// <summary>Records that some device has confirmed everything up to these offsets. A lower offset than the recorded one changes nothing.</summary>
    ValueTask AcknowledgeAsync(IReadOnlyCollection<KeyValuePair<StreamName, long>> positions, CancellationToken cancellationToken);

    /// <summary>The highest offset that any device has confirmed; 0 for none.</summary>
    ValueTask<long> AcknowledgedAsync(StreamName stream, CancellationToken cancellationToken);
}
