using Milepost.Core.Deliveries;
using Milepost.Server.Settings;

namespace Milepost.Server.Worker;

/// <summary>How much of a lane one process sends at a time, and how long it rests before it takes more.</summary>
/// <param name="Lane">Which deliveries.</param>
/// <param name="Places">How many of them may be under way.</param>
/// <param name="Rest">The time between two takes; none: what becomes free is filled at once.</param>
internal sealed record LanePace(DeliveryLane Lane, int Places, TimeSpan Rest)
{
    /// <summary>As fast as it goes.</summary>
    public static LanePace News(DeliveryOptions options) => new(DeliveryLane.News, options.Concurrency, TimeSpan.Zero);

    /// <summary>
    /// A few at a time, with rests: what a take costs is mostly its commits, and the news of an order waits for those that are under way.
    /// </summary>
    public static LanePace Bulk(DeliveryOptions options)
    {
        var places = Math.Max(1, options.Concurrency / 8);
        return new LanePace(DeliveryLane.Bulk, places, TimeSpan.FromSeconds((double)places / options.BulkPerSecond));
    }
}
