using Milepost.Core.Orders;

namespace Milepost.Core.Erasure;

/// <summary>What a stored order becomes when a customer is erased.</summary>
/// <param name="Order">The order, folded anew from what is left of its events.</param>
/// <param name="Events">The events that change, by their index in the history.</param>
/// <param name="EntryIds">The ids of the entries whose data changes; null: all of the order's stream.</param>
public sealed record ErasedOrder(Order Order, IReadOnlyList<KeyValuePair<int, RecordedEvent>> Events, IReadOnlySet<string>? EntryIds)
{
    /// <summary>Whether the order is an erased customer's own; what hangs on it goes too.</summary>
    public bool IsOwn => EntryIds is null;

    /// <summary>
    /// Of the customer's own order every event loses what is personal; of somebody else's only those that name the customer (the order was
    /// thought to be the customer's, and is not).
    /// </summary>
    /// <param name="history">All events of the order, in any order.</param>
    /// <param name="erased">Who is erased.</param>
    public static ErasedOrder Of(IReadOnlyList<RecordedEvent> history, IReadOnlySet<string> erased)
    {
        var owner = OrderHistory.Replay(history).Order.CustomerId;
        var isOwn = owner is not null && erased.Contains(owner);
        var after = history.ToArray();
        var changed = new List<KeyValuePair<int, RecordedEvent>>();
        for (var index = 0; index < after.Length; index++)
        {
            var names = history[index].Customer is { } told && erased.Contains(told.Id) ? told.Id : null;
            if (isOwn || names is not null)
            {
                after[index] = PersonalData.Without(history[index], names ?? owner!);
                if (after[index] != history[index])
                {
                    changed.Add(new(index, after[index]));
                }
            }
        }

        var named = isOwn ? null : history.Where(recorded => recorded.Customer is { } told && erased.Contains(told.Id)).Select(recorded => recorded.Id).ToHashSet(StringComparer.Ordinal);
        return new ErasedOrder(OrderHistory.Replay(after).Order, changed, named);
    }
}
