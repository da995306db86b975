using Milepost.Protocol.Events;

namespace Milepost.Server.Demo;

/// <summary>What the shop has done so far, as the console shows it.</summary>
internal sealed record DemoCounts(long Posted, long Duplicates, long Rejected, int ActiveOrders);

/// <summary>Keeps the counts: written by the shop and by its drivers, read by the console.</summary>
internal sealed class DemoTally
{
    private readonly HashSet<string> _active = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private volatile DemoCounts _counts = new(0, 0, 0, 0);

    public DemoCounts Counts => _counts;

    public void Add(IReadOnlyList<CloudEvent> events, RecordReply reply)
    {
        lock (_lock)
        {
            foreach (var cloudEvent in events)
            {
                if (cloudEvent.Type is EventTypes.OrderPlaced)
                {
                    _active.Add(cloudEvent.Subject);
                }
                else if (IsLast(cloudEvent))
                {
                    _active.Remove(cloudEvent.Subject);
                }
            }

            _counts = new DemoCounts(
                _counts.Posted + reply.Accepted,
                _counts.Duplicates + reply.Duplicates,
                _counts.Rejected + reply.Rejected.Count,
                _active.Count);
        }
    }

    private static bool IsLast(CloudEvent cloudEvent) =>
        cloudEvent.Type is EventTypes.OrderCancelled
        || (cloudEvent.Type is EventTypes.OrderStatusChanged && cloudEvent.Data?.GetProperty("status").GetString() is "delivered");
}
