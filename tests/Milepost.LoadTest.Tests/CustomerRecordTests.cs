using Milepost.LoadTest.Posting;
using Milepost.LoadTest.Workers;

namespace Milepost.LoadTest.Tests;

public sealed class CustomerRecordTests
{
    private readonly CustomerRecord _record = new(customer: 2, customers: 5);

    [Fact]
    public void What_came_in_order_is_neither_lost_nor_doubled()
    {
        Add(2, 1).ShouldBeTrue();
        Add(7, 2).ShouldBeTrue();
        Add(12, 3).ShouldBeTrue();
        (_record.Delivered, _record.Duplicated, _record.OutOfOrder, _record.Overtaken).ShouldBe((3, 0, 0, 0));
        Missing(events: 15).ShouldBe(0);
    }

    [Fact]
    public void What_is_missing_is_counted_for_acknowledged_events_only()
    {
        Add(7, 1);
        Missing(events: 12).ShouldBe(1);
        Missing(events: 13).ShouldBe(2);
        Missing(events: 13, 2, 2).ShouldBe(1);
        Missing(events: 13, 0, 12).ShouldBe(0);
    }

    [Fact]
    public void Hundreds_of_rounds_are_told_apart()
    {
        for (var round = 0; round < 300; round++)
        {
            Add((round * 5) + 2, round + 1).ShouldBeTrue();
        }

        Missing(events: 1500).ShouldBe(0);
        Missing(events: 1505).ShouldBe(1);
    }

    [Fact]
    public void The_same_event_under_a_new_offset_is_a_duplicate()
    {
        Add(2, 1);
        Add(2, 2).ShouldBeFalse();
        (_record.Delivered, _record.Duplicated, _record.OutOfOrder).ShouldBe((1, 1, 0));
    }

    [Fact]
    public void Offsets_that_do_not_follow_each_other_are_out_of_order()
    {
        Add(2, 5);
        Add(7, 7);
        _record.OutOfOrder.ShouldBe(1);
    }

    [Fact]
    public void Recorded_in_another_order_than_posted_is_overtaken_not_out_of_order()
    {
        Add(7, 1);
        Add(2, 2);
        (_record.OutOfOrder, _record.Overtaken).ShouldBe((0, 1));
    }

    [Fact]
    public void Ranges_hold_what_they_were_made_of()
    {
        var ranges = NumberRanges.Of([1, 2, 3, 7, 9, 10]);
        ranges.ShouldBe([1, 3, 7, 7, 9, 10]);
        Enumerable.Range(0, 12).Where(number => NumberRanges.Contains(ranges, number)).ShouldBe([1, 2, 3, 7, 9, 10]);
        NumberRanges.Contains([], 1).ShouldBeFalse();
    }

    private bool Add(long number, long offset) => _record.Add(new EventId(number, Due: 0, Phase.Steady), offset);

    private int Missing(long events, params long[] unacknowledged) => _record.Missing(events, number => !NumberRanges.Contains(unacknowledged, number)).Count();
}
