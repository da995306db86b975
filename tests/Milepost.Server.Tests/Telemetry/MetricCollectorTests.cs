using System.Diagnostics.Metrics;
using Milepost.Server.Telemetry;

namespace Milepost.Server.Tests.Telemetry;

/// <summary>From instruments to the text that Prometheus reads.</summary>
public sealed class MetricCollectorTests : IDisposable
{
    private readonly MetricCollector _collector = new();
    private readonly Meter _meter = new("Milepost.Unit");

    public void Dispose()
    {
        _meter.Dispose();
        _collector.Dispose();
    }

    [Fact]
    public void A_counter_adds_up_by_its_labels()
    {
        var counter = _meter.CreateCounter<long>("unit.thing.made", "{thing}", "Things \\ made\nhere");
        counter.Add(2, new KeyValuePair<string, object?>("kind", "a"));
        counter.Add(3, new KeyValuePair<string, object?>("kind", "a"));
        counter.Add(1, new KeyValuePair<string, object?>("kind", "b"));

        Block("unit_thing_made_total").ShouldBe(
            """
            # HELP unit_thing_made_total Things \\ made\nhere
            # TYPE unit_thing_made_total counter
            unit_thing_made_total{kind="a"} 5
            unit_thing_made_total{kind="b"} 1
            """);
    }

    [Fact]
    public void A_sum_may_fall_and_a_gauge_keeps_the_last()
    {
        var open = _meter.CreateUpDownCounter<int>("unit.door.open");
        open.Add(3);
        open.Add(-1);
        var gauge = _meter.CreateGauge<double>("unit.room.temperature", "%");
        gauge.Record(7);
        gauge.Record(6.5);

        Lines("unit_door_open").ShouldBe(["unit_door_open 2"]);
        Lines("unit_room_temperature_percent").ShouldBe(["unit_room_temperature_percent 6.5"]);
    }

    [Fact]
    public void Observed_values_are_asked_at_each_reading()
    {
        var asked = 0;
        _meter.CreateObservableCounter("unit.tick.count", () => (long)(asked += 10));
        _meter.CreateObservableGauge("unit.tick.level", () => asked * -0.5);

        Lines("unit_tick_count_total").ShouldBe(["unit_tick_count_total 10"]);
        Lines("unit_tick_count_total").ShouldBe(["unit_tick_count_total 20"]);
        Lines("unit_tick_level").ShouldBe(["unit_tick_level -15"]);
    }

    [Fact]
    public void A_histogram_is_cumulative_and_a_bound_belongs_to_its_bucket()
    {
        var histogram = _meter.CreateHistogram("unit.wait.duration", "s", "Waits", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.5, 1, 2] });
        foreach (var seconds in (double[])[0.1, 0.5, 0.51, 2, 9])
        {
            histogram.Record(seconds, new KeyValuePair<string, object?>("door", 1));
        }

        Block("unit_wait_duration_seconds").ShouldBe(
            """
            # HELP unit_wait_duration_seconds Waits
            # TYPE unit_wait_duration_seconds histogram
            unit_wait_duration_seconds_bucket{door="1",le="0.5"} 2
            unit_wait_duration_seconds_bucket{door="1",le="1"} 3
            unit_wait_duration_seconds_bucket{door="1",le="2"} 4
            unit_wait_duration_seconds_bucket{door="1",le="+Inf"} 5
            unit_wait_duration_seconds_sum{door="1"} 12.11
            unit_wait_duration_seconds_count{door="1"} 5
            """);
    }

    [Fact]
    public void Labels_are_escaped_and_their_order_does_not_matter()
    {
        var counter = _meter.CreateCounter<double>("unit.odd.label");
        counter.Add(0.5, new("b", "x"), new("a.name", "say \"hi\"\\\n"));
        counter.Add(0.25, new("a.name", "say \"hi\"\\\n"), new("b", "x"));

        Lines("unit_odd_label_total").ShouldBe(["""unit_odd_label_total{a_name="say \"hi\"\\\n",b="x"} 0.75"""]);
    }

    [Fact]
    public void A_label_that_takes_ever_new_values_is_cut_and_the_cut_is_counted()
    {
        var counter = _meter.CreateCounter<long>("unit.wild.label");
        for (var id = 0; id < Metric.MaxSeries + 7; id++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", id));
        }

        Lines("unit_wild_label_total").Count.ShouldBe(Metric.MaxSeries);
        Lines(PrometheusText.DroppedName).ShouldBe([$"{PrometheusText.DroppedName} 7"]);
    }

    [Fact]
    public void Two_meters_may_have_an_instrument_of_one_name()
    {
        using var other = new Meter("Milepost.Other");
        _meter.CreateCounter<long>("unit.shared.name").Add(1, new KeyValuePair<string, object?>("of", "one"));
        other.CreateCounter<long>("unit.shared.name").Add(2, new KeyValuePair<string, object?>("of", "other"));

        Lines("unit_shared_name_total").ShouldBe(["""unit_shared_name_total{of="one"} 1""", """unit_shared_name_total{of="other"} 2"""]);
    }

    [Fact]
    public void Meters_of_others_are_not_read()
    {
        using var stranger = new Meter("Somebody.Else");
        stranger.CreateCounter<long>("unit.stranger").Add(1);

        Lines("unit_stranger_total").ShouldBeEmpty();
    }

    [Fact]
    public void Measuring_at_once_from_many_threads_loses_nothing()
    {
        var counter = _meter.CreateCounter<long>("unit.busy.count");
        Parallel.For(0, 8, worker =>
        {
            for (var round = 0; round < 10_000; round++)
            {
                counter.Add(1, new KeyValuePair<string, object?>("half", worker % 2));
            }
        });

        Lines("unit_busy_count_total").ShouldBe(["""unit_busy_count_total{half="0"} 40000""", """unit_busy_count_total{half="1"} 40000"""]);
    }

    [Theory]
    [InlineData("milepost.commit.duration", "s", "Histogram", "milepost_commit_duration_seconds")]
    [InlineData("process.bytes.total", "By", "Counter", "process_bytes_total")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", "Total", "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("kestrel.active_connections", "{connection}", "Sum", "kestrel_active_connections")]
    [InlineData("9-lives", null, "Gauge", "_9_lives")]
    public void Names_follow_the_conventions(string name, string? unit, string kind, string expected) =>
        PrometheusNames.Metric(name, unit, Enum.Parse<MetricKind>(kind)).ShouldBe(expected);

    private string Block(string name) => string.Join('\n', PrometheusText.Write(_collector.Read()).Split('\n')
        .Where(line => line.StartsWith($"# HELP {name} ", StringComparison.Ordinal) || line.StartsWith($"# TYPE {name} ", StringComparison.Ordinal) || line.StartsWith(name, StringComparison.Ordinal)));

    private List<string> Lines(string name) =>
        [.. PrometheusText.Write(_collector.Read()).Split('\n').Where(line => line.StartsWith(name + " ", StringComparison.Ordinal) || line.StartsWith(name + "{", StringComparison.Ordinal))];
}
