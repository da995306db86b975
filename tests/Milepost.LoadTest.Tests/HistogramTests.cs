using Milepost.LoadTest.Measuring;

namespace Milepost.LoadTest.Tests;

public sealed class HistogramTests
{
    [Fact]
    public void Every_value_lies_in_its_bucket_and_the_bucket_is_narrow()
    {
        var random = new Random(1);
        for (var turn = 0; turn < 100_000; turn++)
        {
            var value = random.NextInt64(1L << random.Next(1, 62));
            var index = Histogram.IndexOf(value);
            Histogram.HighestOf(index).ShouldBeGreaterThanOrEqualTo(value);
            (Histogram.HighestOf(index) - value).ShouldBeLessThanOrEqualTo(value / 64);
            (index == 0 || Histogram.HighestOf(index - 1) < value).ShouldBeTrue();
        }
    }

    [Fact]
    public void Quantiles_are_those_of_the_sorted_list()
    {
        var random = new Random(2);
        var values = Enumerable.Range(0, 10_000).Select(_ => (long)Math.Exp(random.NextDouble() * 15)).ToArray();
        var histogram = new Histogram();
        foreach (var value in values)
        {
            histogram.Add(value);
        }

        Array.Sort(values);
        foreach (var part in new[] { 0.5, 0.9, 0.99, 0.999 })
        {
            var exact = values[(int)Math.Ceiling(part * values.Length) - 1];
            histogram.Quantile(part).ShouldBeInRange(exact, exact + (exact / 64));
        }

        histogram.Max.ShouldBe(values[^1]);
        histogram.Quantile(1).ShouldBe(values[^1]);
    }

    [Fact]
    public void An_empty_one_has_only_zeros() => Quantiles.Of(new Histogram()).ShouldBe(new Quantiles(0, 0, 0, 0, 0, 0, 0));

    [Fact]
    public void It_survives_the_way_to_another_process_and_merges()
    {
        var one = new Histogram();
        var two = new Histogram();
        for (var value = 0; value < 1000; value++)
        {
            (value % 2 == 0 ? one : two).Add(value);
        }

        var merged = Histogram.Of([one.ToNote(), two.ToNote()]);
        (merged.Count, merged.Max).ShouldBe((1000, 999));
        merged.Quantile(0.1).ShouldBe(99);
    }

    [Fact]
    public void Within_a_second_is_counted_exactly_and_what_was_lost_is_not_within_it()
    {
        var histogram = new Histogram();
        foreach (var value in new[] { 0L, 999_999, 1_000_000, 1_000_001, 5_000_000 })
        {
            histogram.Add(value);
        }

        var sum = Histogram.Of([histogram.ToNote(), histogram.ToNote()]);
        sum.WithinSecond.ShouldBe(6);
        Quantiles.Of(sum).WithinSecond.ShouldBe(60);
        Quantiles.Of(sum, lost: 2).WithinSecond.ShouldBe(50);
    }

    [Fact]
    public void A_hundred_percent_means_all()
    {
        var histogram = new Histogram();
        for (var turn = 0; turn < 1_000_000; turn++)
        {
            histogram.Add(1);
        }

        Quantiles.Of(histogram).WithinSecond.ShouldBe(100);
        Quantiles.Of(histogram, lost: 1).WithinSecond.ShouldBe(99.999);
    }
}
