using Milepost.LoadTest.Posting;
using Milepost.LoadTest.Workers;

namespace Milepost.LoadTest.Measuring;

/// <summary>What all sides of a run have written down, put together into its report.</summary>
internal sealed record RunOutcome(LoadSettings Settings, Schedule Schedule, Publisher Publisher, ConnectReport Connect, IReadOnlyList<WorkerNote.Result> Results)
{
    private static readonly Phase[] Measured = [Phase.Steady, Phase.Storm, Phase.Burst];

    public required double Seconds { get; init; }

    public required double ClientCpuCores { get; init; }

    public required double ClientRssMiB { get; init; }

    public required IReadOnlyList<ServerReport> Servers { get; init; }

    public required IReadOnlyList<string> Troubles { get; init; }

    public Report ToReport()
    {
        var unacknowledged = Publisher.Record.Unacknowledged().ToLookup(Schedule.Bounds.Of);
        return new Report
        {
            Urls = Settings.Urls,
            PostUrls = Settings.PostUrls,
            Transports = [.. Settings.Transports.Select(transport => transport.ToString())],
            ClientProcesses = Settings.Processes,
            RateAsked = Settings.Rate,
            RateAcknowledged = Math.Round(Publisher.Record.Acknowledged / Seconds, 1),
            Batch = Settings.Batch,
            Seconds = Math.Round(Seconds, 2),
            Connections = Connect,
            Posted = Publisher.Posted,
            Acknowledged = Publisher.Record.Acknowledged,
            Unacknowledged = Publisher.Posted - Publisher.Record.Acknowledged,
            Repeated = Publisher.Repeated,
            Delivered = Results.Sum(result => result.Delivered),
            Lost = Enum.GetValues<Phase>().Sum(Lost),
            Duplicated = Results.Sum(result => result.Duplicated),
            OutOfOrder = Results.Sum(result => result.OutOfOrder),
            Overtaken = Results.Sum(result => result.Overtaken),
            Foreign = Results.Sum(result => result.Foreign),
            Breaks = Recovery(Results.Select(result => result.Breaks)),
            Delivery = Quantiles.Of(Sum(Measured, Deliveries), Measured.Sum(Lost)),
            Acknowledgement = Quantiles.Of(Sum(Measured, Publisher.Record.Latencies)),
            Parts = [.. Measured.Where(phase => Schedule.Bounds.Count(phase) > 0).Select(phase => Part(phase, unacknowledged[phase].LongCount()))],
            Storm = Settings.StormAt is { } at ? Storm(at) : null,
            Servers = Servers,
            ClientCpuCores = ClientCpuCores,
            ClientRssMiB = ClientRssMiB,
            Troubles = Troubles,
        };
    }

    private PartReport Part(Phase phase, long unacknowledged)
    {
        var posted = Schedule.Bounds.Count(phase);
        return new PartReport(
            phase.ToString().ToLowerInvariant(), phase == Phase.Burst ? Settings.BurstRate : Settings.Rate, posted, posted - unacknowledged, Lost(phase),
            Quantiles.Of(Deliveries(phase), Lost(phase)), Quantiles.Of(Publisher.Record.Latencies(phase)));
    }

    private StormReport Storm(TimeSpan at)
    {
        var recovery = Recovery(Results.Select(result => result.Storm));
        // Somebody is still away: the storm has lasted to the end.
        var length = recovery.NotBack > 0 ? Settings.Duration : TimeSpan.FromMilliseconds(recovery.CaughtUp.Max);
        return new StormReport(
            at.TotalSeconds, Settings.StormJitter.TotalMilliseconds, recovery, Quantiles.Of(Publisher.Record.Latencies(Phase.Steady)),
            Quantiles.Of(Publisher.Record.DuringStorm(length)));
    }

    private static RecoveryReport Recovery(IEnumerable<RecoveryNote> notes)
    {
        var all = notes.ToList();
        var times = Histogram.Of(all.Select(note => note.Times));
        var broken = all.Sum(note => note.Broken);
        var attempts = Histogram.Of(all.Select(note => note.Attempts));
        return new RecoveryReport(
            broken, broken - times.Count, all.Sum(note => note.FailedAttempts), Quantiles.Of(times, broken - times.Count), Quantiles.Of(attempts, broken - times.Count));
    }

    private static Histogram Sum(IEnumerable<Phase> phases, Func<Phase, Histogram> of)
    {
        var sum = new Histogram();
        foreach (var phase in phases)
        {
            sum.Merge(of(phase));
        }

        return sum;
    }

    private Histogram Deliveries(Phase phase) => Histogram.Of(Results.Select(result => result.Phases[(int)phase].Latencies));

    private long Lost(Phase phase) => Results.Sum(result => result.Phases[(int)phase].Lost);
}
