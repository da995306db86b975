using Milepost.Core.Orders;
using Milepost.Core.Sharing;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Tests.Sharing;

public sealed class ShareRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan TwoHours = TimeSpan.FromHours(2);

    private static readonly Share Link = new() { Tenant = "acme", Id = "s-1", OrderId = "o-1", CreatedAt = Noon, CreatedBy = "ada", ExpiresAt = Noon.AddDays(7) };

    [Fact]
    public void A_link_is_good_until_its_end_or_two_hours_behind_its_orders()
    {
        ShareRules.IsOpen(new(Link, null), TwoHours, Noon.AddDays(7).AddTicks(-1)).ShouldBeTrue();
        ShareRules.IsOpen(new(Link, null), TwoHours, Noon.AddDays(7)).ShouldBeFalse();
        ShareRules.IsOpen(new(Link, Noon.AddHours(1)), TwoHours, Noon.AddHours(3).AddTicks(-1)).ShouldBeTrue();
        ShareRules.IsOpen(new(Link, Noon.AddHours(1)), TwoHours, Noon.AddHours(3)).ShouldBeFalse();
        ShareRules.IsOpen(new(Link, Noon.AddDays(8)), TwoHours, Noon.AddDays(7)).ShouldBeFalse();
        ShareRules.IsOpen(new(Link with { RevokedAt = Noon.AddDays(9) }, null), TwoHours, Noon).ShouldBeFalse();
    }

    [Theory]
    [InlineData(OrderStatus.Delivered)]
    [InlineData(OrderStatus.Cancelled)]
    [InlineData(OrderStatus.Returned)]
    public void An_order_ends_with_the_event_that_ended_it_whatever_is_told_later(OrderStatus end)
    {
        RecordedEvent[] events = [Event(0, OrderStatus.Placed), Event(10, end), Event(2000, null)];
        ShareRules.EndOf(OrderHistory.Replay(events).Order).ShouldBe(Noon.AddMinutes(10));
        ShareRules.EndOf(OrderHistory.Replay(events[..1]).Order).ShouldBeNull();
    }

    [Fact]
    public void An_order_that_goes_on_behind_its_end_has_none_until_the_next() =>
        ShareRules.EndOf(OrderHistory.Replay([Event(0, OrderStatus.Delivered), Event(5, OrderStatus.Returning)]).Order).ShouldBeNull();

    [Fact]
    public void An_order_that_ended_before_its_end_was_kept_ended_with_its_newest_event() =>
        ShareRules.EndOf(OrderHistory.Replay([Event(0, OrderStatus.Placed), Event(10, OrderStatus.Delivered), Event(20, null)]).Order with { EndedAt = null }).ShouldBe(Noon.AddMinutes(20));

    [Fact]
    public void Secrets_are_random_and_only_their_form_has_a_hash()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => ShareToken.New()).ToList();
        tokens.Distinct(StringComparer.Ordinal).Count().ShouldBe(1000);
        tokens.ShouldAllBe(token => token.Length == 26 && ShareToken.IsMeant(token) && ShareToken.HashOf(token)!.Length == 32);
        foreach (var bad in new[] { "", "mpl_", tokens[0] + "A", tokens[0][..^1], tokens[0].Replace("mpl_", "mpx_", StringComparison.Ordinal), "mpl_AAAAAAAAAAAAAAAAAAAAA=" })
        {
            ShareToken.HashOf(bad).ShouldBeNull(bad);
        }
    }

    [Fact]
    public void Of_ratings_the_highest_number_holds_whatever_the_clocks_said()
    {
        var first = new RatingGiven { Number = 1, Stars = 1, At = Noon.AddMinutes(9) };
        var second = new RatingGiven { Number = 2, Stars = 5, At = Noon.AddMinutes(8) };
        OrderHistory.Replay([Event(0, OrderStatus.Delivered), Event(9, null) with { Rating = first }, Event(8, null) with { Rating = second }]).Order.Rating.ShouldBe(second);
    }

    [Fact]
    public void What_is_told_later_of_a_proof_fills_in_and_puts_right()
    {
        var order = OrderHistory.Replay(
        [
            Event(0, OrderStatus.Delivered) with { Proof = new ProofOfDelivery { ReceivedBy = "Bob", LeftAt = "door", At = Noon } },
            Event(1, null) with { Proof = new ProofOfDelivery { PhotoUrl = "https://p.example/1", LeftAt = "porch", At = Noon.AddMinutes(1) } },
        ]).Order;
        order.Proof.ShouldBe(new ProofOfDelivery { PhotoUrl = "https://p.example/1", ReceivedBy = "Bob", LeftAt = "porch", At = Noon.AddMinutes(1) });
    }

    private static RecordedEvent Event(int minute, OrderStatus? status) => new()
    {
        Tenant = "acme",
        Source = "/test",
        Id = $"e-{minute}",
        Type = status is null ? EventTypes.OrderNoteAdded : EventTypes.OrderStatusChanged,
        Subject = "o-1",
        Time = Noon.AddMinutes(minute),
        ReceivedAt = Noon,
        Status = status,
    };
}
