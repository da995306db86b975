using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Tracking;
using static Milepost.Core.Tests.Tracking.Places;

namespace Milepost.Core.Tests.Tracking;

public sealed class ArrivalRulesTests
{
    private static readonly TrackingOptions Rules = TrackingOptions.Default;

    [Fact]
    public void A_driver_who_comes_is_nearby_once_and_arriving_once()
    {
        var raised = new List<(int Meters, ArrivalKind Kind)>();
        ArrivalState? state = null;
        for (var meters = 2000; meters >= 0; meters -= 20)
        {
            var second = (2000 - meters) / 10;
            var step = ArrivalRules.Step(state, Door, Fix(second, meters), At(second), Rules);
            state = step.State;
            if (step.Raised is { } kind)
            {
                raised.Add((meters, kind));
            }
        }

        // 10 m accuracy: inside from 490 and 140 m, and the second fix says so.
        raised.ShouldBe([(460, ArrivalKind.Nearby), (120, ArrivalKind.Arriving)]);
    }

    [Fact]
    public void One_fix_inside_is_not_enough_but_counts_when_nothing_else_is_heard()
    {
        var step = ArrivalRules.Step(Passed(700), Door, Fix(10, 50), At(10), Rules);
        (step.Raised, step.CheckAt).ShouldBe((null, At(20)));
        ArrivalRules.Check(step.State, At(19.9), Rules).Raised.ShouldBeNull();
        step = ArrivalRules.Check(step.State, At(20), Rules);
        (step.Raised, step.CheckAt).ShouldBe((ArrivalKind.Arriving, null));
        ArrivalRules.Check(step.State, At(40), Rules).Raised.ShouldBeNull("nearby is behind us");
    }

    [Fact]
    public void A_second_fix_that_is_outside_takes_the_first_back()
    {
        var step = ArrivalRules.Step(Passed(2000), Door, Fix(10, 480), At(10), Rules);
        step = ArrivalRules.Step(step.State, Door, Fix(12, 520), At(12), Rules);
        step.CheckAt.ShouldBeNull();
        ArrivalRules.Check(step.State, At(60), Rules).Raised.ShouldBeNull();
        ArrivalRules.Step(step.State, Door, Fix(62, 480), At(62), Rules).Raised.ShouldBeNull();
    }

    [Fact]
    public void Two_fixes_of_the_same_moment_are_one()
    {
        var step = ArrivalRules.Step(Passed(2000), Door, Fix(10, 400), At(10), Rules);
        step = ArrivalRules.Step(step.State, Door, Fix(10.5, 395), At(10.5), Rules);
        step.Raised.ShouldBeNull();
        ArrivalRules.Step(step.State, Door, Fix(11, 390), At(11), Rules).Raised.ShouldBe(ArrivalKind.Nearby);
    }

    [Theory]
    [InlineData(139, 10.0, true)]
    [InlineData(141, 10.0, false)]
    [InlineData(109, 40.0, true)]
    [InlineData(111, 40.0, false)]
    [InlineData(74, 149.0, true)]
    [InlineData(76, 149.0, false)]
    [InlineData(10, 150.0, false)]
    [InlineData(10, 900.0, false)]
    [InlineData(124, null, true)]
    [InlineData(126, null, false)]
    public void The_accuracy_counts_against_being_inside_up_to_half_the_radius(double meters, double? accuracy, bool arriving)
    {
        var step = ArrivalRules.Step(null, Door, Fix(0, meters, accuracy: accuracy), At(0), Rules);
        step = ArrivalRules.Step(step.State, Door, Fix(2, meters, accuracy: accuracy), At(2), Rules);
        (step.Raised is ArrivalKind.Arriving).ShouldBe(arriving);
    }

    [Theory]
    [InlineData(FixQuality.Late)]
    [InlineData(FixQuality.Suspect)]
    public void What_is_late_or_suspect_raises_nothing(FixQuality quality)
    {
        var state = Passed(700);
        for (var second = 2; second < 60; second += 2)
        {
            var step = ArrivalRules.Step(state, Door, Fix(second, 20) with { Quality = quality }, At(second), Rules);
            (step.Raised, step.State).ShouldBe((null, state));
        }
    }

    [Fact]
    public void A_tunnel_batch_raises_nothing_by_its_old_fixes()
    {
        // Through the circle and out again, told afterwards.
        var state = Passed(3000);
        var filtered = FixFilter.Accept(
            new DriverTrack { DriverId = "d-1", Last = Fix(0, 3000) },
            [.. Enumerable.Range(1, 60).Select(index => Fix(index * 5, 3000 - (index * 100)) with { ReceivedAt = At(301) })],
            Rules,
            At(301));
        foreach (var fix in filtered.Accepted)
        {
            var step = ArrivalRules.Step(state, Door, fix, At(301), Rules);
            step.Raised.ShouldBeNull();
            state = step.State;
        }

        filtered.Accepted.Count.ShouldBe(60);
        filtered.Newest!.At.ShouldBe(From(-3000));
    }

    [Fact]
    public void What_has_waited_with_us_for_too_long_is_late_too()
    {
        var step = ArrivalRules.Step(Passed(700), Door, Fix(10, 20), At(41), Rules);
        (step.Raised, step.CheckAt).ShouldBe((null, null));
    }

    [Fact]
    public void Who_passes_through_between_two_fixes_was_there()
    {
        // 15 m/s, a fix a minute: 900 m, the door in the middle.
        ArrivalRules.Step(Passed(0, 450), Door, Fix(60, 0, -450), At(60), Rules).Raised.ShouldBe(ArrivalKind.Arriving);
        ArrivalRules.Step(Passed(250, 700), Door, Fix(60, 250, -700), At(60), Rules).Raised.ShouldBe(ArrivalKind.Nearby);
    }

    [Theory]
    [InlineData(450, 700, 60, "only through the edge")]
    [InlineData(0, 2000, 70, "faster than anybody drives")]
    [InlineData(0, 700, 130, "nobody knows the way in so long a time")]
    [InlineData(300, 700, 14, "too short a stay")]
    public void Not_every_line_through_the_circle_is_a_visit(double north, double east, double seconds, string why) =>
        ArrivalRules.Step(Passed(north, east), Door, Fix(seconds, north, -east), At(seconds), Rules with { DwellSeconds = 12, MaxMetersPerSecond = 101 - 44 }).Raised.ShouldBeNull(why);

    // 56 m/s: 18 s of the way in the wide circle, 5 s in the narrow one.
    [Fact]
    public void Who_flies_past_the_door_is_nearby_and_not_arriving() =>
        ArrivalRules.Step(Passed(0, 700), Door, Fix(25, 0, -700), At(25), Rules).Raised.ShouldBe(ArrivalKind.Nearby);

    [Fact]
    public void Who_has_come_in_leaves_only_beyond_the_edge_and_the_accuracy()
    {
        var state = Passed(400);
        state = ArrivalRules.Step(state, Door, Fix(5, 400), At(5), Rules).State;
        state.Nearby.Inside.ShouldBeTrue();
        foreach (var (second, meters, inside) in ((int, double, bool)[])[(10, 540, true), (15, 559, true), (20, 561, false), (25, 540, false), (30, 480, false), (35, 480, true)])
        {
            var step = ArrivalRules.Step(state, Door, Fix(second, meters), At(second), Rules);
            step.Raised.ShouldBeNull();
            state = step.State;
            state.Nearby.Inside.ShouldBe(inside, $"at {meters} m");
        }
    }

    [Fact]
    public void A_new_attempt_raises_anew()
    {
        var state = Passed(100);
        ArrivalRules.Step(state, Door, Fix(5, 100), At(5), Rules).Raised.ShouldBe(ArrivalKind.Arriving);
        var again = ArrivalRules.Step(null, Door, Fix(500, 100), At(500), Rules).State;
        ArrivalRules.Step(again, Door, Fix(505, 100), At(505), Rules).Raised.ShouldBe(ArrivalKind.Arriving);
    }

    // Parked outside of the circle, with the noise that the device admits.
    [Theory]
    [InlineData(660, ArrivalKind.Nearby)]
    [InlineData(310, ArrivalKind.Arriving)]
    public void Noise_of_150_meters_raises_nothing(double meters, ArrivalKind forbidden) => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Noise.ToArbitrary(), Gen.Elements<double?>(10, 40, 150, null).ToArbitrary(), (noise, accuracy) =>
        {
            ArrivalState? state = null;
            foreach (var (second, (north, east)) in noise.Index())
            {
                var step = ArrivalRules.Step(state, Door, Fix(second * 3, meters + north, east, accuracy), At(second * 3), Rules);
                step.Raised.ShouldNotBe(forbidden);
                ArrivalRules.Check(step.State, At((second * 3) + 10), Rules).Raised.ShouldNotBe(forbidden);
                state = step.State;
            }
        }));

    [Fact]
    public void Whatever_the_noise_each_is_raised_once_at_most_and_nearby_never_behind_arriving() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Noise.ToArbitrary(), Gen.Choose(0, 700).ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (noise, meters, every) =>
        {
            ArrivalState? state = null;
            var raised = new List<ArrivalKind>();
            foreach (var (index, (north, east)) in noise.Index())
            {
                var step = ArrivalRules.Step(state, Door, Fix(index * every, meters + (north * 4), east * 4, accuracy: Math.Abs(north) + 1), At(index * every), Rules);
                raised.AddRange(step.Raised is { } kind ? [kind] : []);
                step = ArrivalRules.Check(step.State, At(index * every), Rules);
                raised.AddRange(step.Raised is { } late ? [late] : []);
                state = step.State;
            }

            raised.ShouldBeUnique();
            raised.ShouldBe(raised.Order());
        }));

    private static readonly Gen<List<(double North, double East)>> Noise =
        from steps in Gen.ListOf(Gen.Choose(-150, 150).Two(), 60)
        select steps.Select(step => Clip(step.Item1, step.Item2)).ToList();

    private static (double North, double East) Clip(double north, double east)
    {
        var length = Math.Max(1, Math.Sqrt((north * north) + (east * east)) / 150);
        return (north / length, east / length);
    }

    // One fix at the start, that far away.
    private static ArrivalState Passed(double north, double east = 0) => ArrivalRules.Step(null, Door, Fix(0, north, east), At(0), Rules).State;
}
