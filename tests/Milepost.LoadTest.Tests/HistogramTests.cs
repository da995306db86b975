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
    public void An_empty_one_has_only_zeros() => Quantiles.Of(new Histogram()).ShouldBe(new Quantiles(0, 0, 0, 0, 0, 0));

    [Fact]
    public void It_survives_the_way_to_another_process_and_merges()
    {
        var one = new Histogram();
        var two = new Histogram();
        for (var value = 0; value < 1000; value++)
        {
            (value % 2 == 0 ? one : two).Add(value);
        }

        var merged = Histogram.FromSparse(one.ToSparse(), one.Max);
        merged.Merge(Histogram.FromSparse(two.ToSparse(), two.Max));
        (merged.Count, merged.Max).ShouldBe((1000, 999));
        merged.Quantile(0.1).ShouldBe(99);
    }
}
