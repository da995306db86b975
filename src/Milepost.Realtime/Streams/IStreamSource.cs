using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Streams;

/// <summary>The log as the sessions read it. Every method may throw <see cref="LogUnavailableException"/>.</summary>
public interface IStreamSource
{
    /// <summary>The identity of the data set.</summary>
    long Epoch { get; }

    /// <summary>Where the stream stands, and the fingerprint at <paramref name="offset"/>.</summary>
    ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken);

    /// <summary>The newest offsets of many streams at once. Streams without entries are left out.</summary>
    ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken);

    /// <summary>
    /// The entries behind <paramref name="after"/>, dense and in order, at most <paramref name="limit"/>, to be shown to <paramref name="audience"/>
    /// now: what it could see of an old entry once it may not see any more.
    /// </summary>
    ValueTask<IReadOnlyList<StreamFrame>> ReadAsync(StreamName stream, Audience audience, long after, int limit, CancellationToken cancellationToken);
}
