using Milepost.Core.Streams;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Orders;

/// <summary>Writes orders in the words of the protocol.</summary>
public static class OrderViewMapping
{
    public static OrderSummary ToSummary(this Order order) => new()
    {
        Id = order.Id,
        Status = order.ShownStatus(),
        Active = order.IsActive(),
        CustomerId = order.CustomerId,
        Items = order.Items,
        Total = order.Total,
        Eta = order.Eta,
        Promise = order.Promise,
        Delayed = order.Delayed,
        LocationStale = order.LocationStale,
        DeliveredAt = order.DeliveredAt,
        PlacedAt = order.PlacedAt,
        PaidAt = order.PaidAt,
        UpdatedAt = order.Last.Time,
    };

    public static OrderDetails ToDetails(this OrderSnapshot snapshot) => Fill(snapshot, null);

    public static OrderTracking ToTracking(this OrderSnapshot snapshot)
    {
        var label = StreamLabels.Order(snapshot.Order.Id);
        return (OrderTracking)Fill(snapshot, ToState(label, snapshot.Epoch, snapshot.Head));
    }

    /// <summary>A stream's state with the cursor that resumes behind it.</summary>
    public static StreamState ToState(string label, long epoch, StreamHead head) =>
        new(label, StreamPosition.WireEpoch(epoch), head.Offset, Cursor.Encode(epoch, [new CursorEntry(label, head.Offset, head.Check)]));

    public static OrderChanged ToChanged(this Order order, TimelineEntry entry) => new()
    {
        OrderId = order.Id,
        Status = order.ShownStatus(),
        Active = order.IsActive(),
        Event = entry,
        Eta = order.Eta,
        Driver = order.Driver,
        Promise = order.Promise,
        Delayed = order.Delayed,
        LocationStale = order.LocationStale,
    };

    private static OrderDetails Fill(OrderSnapshot snapshot, StreamState? stream)
    {
        var (order, timeline) = OrderHistory.Replay(snapshot.Events);
        var details = stream is null
            ? new OrderDetails { Id = order.Id, Status = order.ShownStatus(), Active = order.IsActive(), UpdatedAt = order.Last.Time, Timeline = timeline }
            : new OrderTracking
            {
                Id = order.Id,
                Status = order.ShownStatus(),
                Active = order.IsActive(),
                UpdatedAt = order.Last.Time,
                Timeline = timeline,
                Stream = stream,
            };
        return details with
        {
            CustomerId = order.CustomerId,
            Items = order.Items,
            Total = order.Total,
            Eta = order.Eta,
            Promise = order.Promise,
            Delayed = order.Delayed,
            LocationStale = order.LocationStale,
            DeliveredAt = order.DeliveredAt,
            Pickup = order.Pickup,
            PlacedAt = order.PlacedAt,
            PaidAt = order.PaidAt,
            Destination = order.Destination,
            Driver = order.Driver,
            Proof = order.Proof is { } proof ? new OrderProof { ReceivedBy = proof.ReceivedBy, LeftAt = proof.LeftAt, At = proof.At } : null,
            Rating = order.Rating?.ToView(),
        };
    }

    public static OrderRating ToView(this RatingGiven rating) => new(rating.Stars, rating.Comment, rating.Tags, rating.At);
}
