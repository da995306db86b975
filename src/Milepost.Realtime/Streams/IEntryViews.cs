using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Streams;

/// <summary>What an audience is shown of an entry. Pure: the same entry gives the same view.</summary>
public interface IEntryViews
{
    /// <param name="stream">Whose entry it is.</param>
    /// <param name="body">The entry as staff see it: <see cref="StreamFrame.Body"/>.</param>
    /// <param name="audience">Not <see cref="Audience.Staff"/>.</param>
    /// <returns>A body of the same form; may be the same one.</returns>
    byte[] Of(StreamName stream, byte[] body, Audience audience);
}
