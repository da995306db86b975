using System.Diagnostics;
using System.Globalization;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Sharing;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Realtime.Sessions;
using Milepost.Server.Api;

namespace Milepost.Server.Proofs;

/// <summary>What became of a rating.</summary>
internal abstract record RatingAnswer
{
    private RatingAnswer()
    {
    }

    /// <summary>It is kept; the same one again is the same one.</summary>
    public sealed record Kept(RatingGiven Rating) : RatingAnswer;

    public sealed record Refused(ErrorCode Code, string? Detail = null) : RatingAnswer;
}

/// <summary>
/// Takes ratings, as events of their orders: an order stays a function of its events. The id of such an event is the order's with a number, so that a
/// changed mind is another event, and of two that come at once one is the first.
/// </summary>
internal sealed class Ratings(IOrderStore orders, EventRecorder recorder, TimeProvider time)
{
    /// <summary>Names what records for people who call the API, among the sources of events.</summary>
    public const string Source = "/milepost/api";

    /// <summary>How long behind the delivery it can be rated.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromDays(30);

    // An order takes only so many events, and those of others must find room.
    private const int MaxChanges = 20;
    private const int MaxTries = 5;

    /// <param name="caller">The order's customer, as everybody else is told that there is no such order.</param>
    /// <param name="orderId">Which.</param>
    /// <param name="told">Checked; its number and time are set here.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<RatingAnswer> RateAsync(Caller caller, string orderId, RatingGiven told, CancellationToken cancellationToken)
    {
        for (var run = 1; ; run++)
        {
            if (await orders.FindAsync(caller.Tenant, orderId, cancellationToken) is not { } order || !order.IsVisibleTo(caller))
            {
                return new RatingAnswer.Refused(ErrorCode.NotFound);
            }

            if (order.Rating is { } present && present.IsLike(told))
            {
                return new RatingAnswer.Kept(present);
            }

            var now = time.GetUtcNow();
            if (Refusal(order, now) is { } refused)
            {
                return refused;
            }

            var rating = told with { Number = (order.Rating?.Number ?? 0) + 1, At = now };
            switch (await recorder.RecordAsync([Event(order, rating)], cancellationToken))
            {
                case RecordResult.Recorded { Outcomes: [RecordOutcome.Accepted] }:
                    return new RatingAnswer.Kept(rating);
                case RecordResult.Recorded { Outcomes: [RecordOutcome.Rejected rejected] }:
                    return new RatingAnswer.Refused(rejected.Code, rejected.Detail);
                case RecordResult.Recorded when order.Rating is null && run > 1:
                    // Ratings are known and none is kept: the customer's data was removed.
                    return new RatingAnswer.Refused(ErrorCode.CustomerErased, "Nothing is kept of this customer any more.");
                case RecordResult.Recorded when run < MaxTries:
                    // Another one came first: decided anew against that.
                    break;
                case RecordResult.Recorded or RecordResult.Busy:
                    return new RatingAnswer.Refused(ErrorCode.Busy);
                case RecordResult.Unavailable unavailable:
                    return new RatingAnswer.Refused(ErrorCode.StorageUnavailable, unavailable.Reason);
                default:
                    throw new UnreachableException();
            }
        }
    }

    private static RatingAnswer.Refused? Refusal(Order order, DateTimeOffset now)
    {
        if (order.ShownStatus() != OrderStatus.Delivered)
        {
            return new RatingAnswer.Refused(ErrorCode.NotRateable, "Only what was delivered can be rated.");
        }

        if (ShareRules.EndOf(order) + Window < now)
        {
            return new RatingAnswer.Refused(ErrorCode.NotRateable, $"A delivery can be rated for {Window.Days} days.");
        }

        return order.Rating?.Number >= MaxChanges ? new RatingAnswer.Refused(ErrorCode.NotRateable, "The rating was changed too often.") : null;
    }

    private static RecordedEvent Event(Order order, RatingGiven rating) => new()
    {
        Tenant = order.Tenant,
        Source = Source,
        Id = string.Create(CultureInfo.InvariantCulture, $"{order.Id}/rating/{rating.Number}"),
        Type = EventTypes.OrderRated,
        Subject = order.Id,
        Time = rating.At,
        ReceivedAt = rating.At,
        Rating = rating,
    };
}
