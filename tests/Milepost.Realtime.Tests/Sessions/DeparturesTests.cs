using Milepost.Realtime.Sessions;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Sessions;

public sealed class DeparturesTests
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(10);
    private readonly FakeClock _clock = new();
    private readonly Departures _departures;

    public DeparturesTests() => _departures = new Departures(_clock);

    [Fact]
    public void Few_wait_for_nobody() => Leave(Departures.AtOnce).ShouldAllBe(leaving => leaving.IsCompleted);

    [Fact]
    public async Task Of_many_some_go_in_each_turn_in_the_order_in_which_they_came()
    {
        var leaving = Leave((3 * Departures.AtOnce) + 1);
        for (var turn = 1; turn <= 3; turn++)
        {
            leaving.FindAll(one => one.IsCompleted).Count.ShouldBe(turn * Departures.AtOnce);
            leaving[(turn * Departures.AtOnce) - 1].IsCompleted.ShouldBeTrue();
            _clock.Advance(Turn);
        }

        await Task.WhenAll(leaving).Soon();
    }

    [Fact]
    public void When_all_are_gone_nothing_ticks_and_the_next_one_goes_at_once()
    {
        Leave(Departures.AtOnce + 1);
        _clock.Advance(Turn);
        _clock.Advance(Turn);
        _clock.Waiting.ShouldBe(0);
        Leave(1).Single().IsCompleted.ShouldBeTrue();
        _clock.Waiting.ShouldBe(1);
    }

    [Fact]
    public void A_new_crowd_does_not_pass_those_who_wait()
    {
        var first = Leave(2 * Departures.AtOnce);
        _clock.Advance(Turn);
        first.ShouldAllBe(one => one.IsCompleted);
        Leave(1).Single().IsCompleted.ShouldBeFalse();
    }

    private List<Task> Leave(int count) => [.. Enumerable.Range(0, count).Select(_ => _departures.TurnAsync())];
}
