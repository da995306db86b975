using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Streams;

/// <summary>
/// Something that is true only now, such as where a driver is: shown to who follows the stream at this moment, and never an entry. It has no offset
/// and is not read again; a newer one takes the place of one that waits.
/// </summary>
public sealed class LiveFrame
{
    private readonly byte[]?[] _bodies;

    /// <param name="asOf">The newest offset of the stream when it was judged who may see this. Whoever has read further is not shown it.</param>
    /// <param name="moment">Its own time as a number that rises: the higher one is the newer.</param>
    /// <param name="staff">The JSON object without its end, for staff; null: nothing for them.</param>
    /// <param name="customer">The same for the customer.</param>
    /// <param name="guest">The same for guests.</param>
    public LiveFrame(long asOf, long moment, byte[]? staff, byte[]? customer, byte[]? guest)
    {
        (AsOf, Moment) = (asOf, moment);
        _bodies = [staff, customer, guest];
    }

    public long AsOf { get; }

    public long Moment { get; }

    /// <summary>What this audience is shown; null: nothing.</summary>
    public byte[]? BodyFor(Audience audience) => _bodies[(int)audience];
}
