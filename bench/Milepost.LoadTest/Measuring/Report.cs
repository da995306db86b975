using System.Text.Json.Serialization;

namespace Milepost.LoadTest.Measuring;

/// <summary>Latencies in milliseconds. <paramref name="WithinSecond"/>: the percentage that took at most a second; what never came did not.</summary>
internal sealed record Quantiles(long Count, double P50, double P90, double P99, double P999, double Max, double WithinSecond)
{
    public static Quantiles Of(Histogram histogram, long lost = 0) => new(
        histogram.Count, Milliseconds(histogram.Quantile(0.5)), Milliseconds(histogram.Quantile(0.9)), Milliseconds(histogram.Quantile(0.99)),
        Milliseconds(histogram.Quantile(0.999)), Milliseconds(histogram.Max), Percent(histogram.WithinSecond, histogram.Count + lost));

    private static double Milliseconds(long microseconds) => Math.Round(microseconds / 1000.0, 3);

    // Rounded down: 100 means all.
    private static double Percent(long part, long whole) => whole == 0 ? 0 : Math.Floor(part * 100_000.0 / whole) / 1000;
}

/// <summary>What the connecting phase was like.</summary>
internal sealed record ConnectReport(int Asked, int Connected, double Seconds, double PerSecond);

/// <summary>One part of the posting, measured apart.</summary>
/// <param name="Name"><c>steady</c>, <c>storm</c> or <c>burst</c>.</param>
/// <param name="RateAsked">Events per second.</param>
/// <param name="Posted">Events that were due in this part.</param>
/// <param name="Acknowledged">Those that the server confirmed.</param>
/// <param name="Lost">Those that it confirmed and never delivered.</param>
/// <param name="Delivery">From the time at which the event was due to the entry in the customer's hands.</param>
/// <param name="Acknowledgement">From the time at which the event was due to the server's confirmation.</param>
internal sealed record PartReport(string Name, double RateAsked, long Posted, long Acknowledged, long Lost, Quantiles Delivery, Quantiles Acknowledgement);

/// <summary>How connections came back that broke by themselves, or because a server went away.</summary>
/// <param name="Broken">How often a connection broke.</param>
/// <param name="NotBack">How many were not caught up at the end.</param>
/// <param name="FailedAttempts">Attempts to connect again that came to nothing.</param>
/// <param name="CaughtUp">From the break to the end of the catch-up.</param>
/// <param name="SinceAttempt">
/// From the first attempt to connect again to the end of the catch-up: without the jitter, and without what the tool itself takes to take
/// thousands of broken connections apart.
/// </param>
internal sealed record RecoveryReport(long Broken, long NotBack, long FailedAttempts, Quantiles CaughtUp, Quantiles SinceAttempt);

/// <summary>The reset of all connections at once.</summary>
/// <param name="AtSecond">When, in the measured part.</param>
/// <param name="JitterMilliseconds">Over which time they were to come back.</param>
/// <param name="Recovery">From the reset to the end of each connection's catch-up; the largest is when all had caught up.</param>
/// <param name="AcknowledgementBefore">Of the events due before the reset.</param>
/// <param name="AcknowledgementDuring">Of those due until all had caught up.</param>
internal sealed record StormReport(
    double AtSecond, double JitterMilliseconds, RecoveryReport Recovery, Quantiles AcknowledgementBefore, Quantiles AcknowledgementDuring)
{
    /// <summary>p99 of the acknowledgements during the storm against before; 0 when nothing can be compared.</summary>
    public double AcknowledgementP99Ratio => AcknowledgementBefore.P99 > 0 ? Math.Round(AcknowledgementDuring.P99 / AcknowledgementBefore.P99, 2) : 0;
}

/// <summary>The process of one node on this machine. Per connection: of those that the node was given at the beginning; 0 for none.</summary>
internal sealed record ServerReport(
    Uri Url, int Pid, double RssBeforeMiB, double RssConnectedMiB, double RssPerConnectionKiB, double RssAfterMiB, double ConnectCpuCores, double PostCpuCores);

/// <summary>Everything that a run found out.</summary>
internal sealed record Report
{
    public required IReadOnlyList<Uri> Urls { get; init; }

    public required IReadOnlyList<Uri> PostUrls { get; init; }

    /// <summary>The transports that the connections took in turns.</summary>
    public required IReadOnlyList<string> Transports { get; init; }

    public required int ClientProcesses { get; init; }

    public required double RateAsked { get; init; }

    public required double RateAcknowledged { get; init; }

    public required int Batch { get; init; }

    public required double Seconds { get; init; }

    public required ConnectReport Connections { get; init; }

    public required long Posted { get; init; }

    public required long Acknowledged { get; init; }

    /// <summary>Posted, and not confirmed by the server; or not posted because the order's event before was not.</summary>
    public required long Unacknowledged { get; init; }

    /// <summary>Attempts to post that were made again, because the outcome of the one before was not known or the server asked for it.</summary>
    public required long Repeated { get; init; }

    public required long Delivered { get; init; }

    public required long Lost { get; init; }

    public required long Duplicated { get; init; }

    public required long OutOfOrder { get; init; }

    public required long Overtaken { get; init; }

    public required long Foreign { get; init; }

    /// <summary>Connections that broke without our doing.</summary>
    public required RecoveryReport Breaks { get; init; }

    /// <summary>All measured parts together.</summary>
    public required Quantiles Delivery { get; init; }

    /// <summary>All measured parts together.</summary>
    public required Quantiles Acknowledgement { get; init; }

    public required IReadOnlyList<PartReport> Parts { get; init; }

    public required StormReport? Storm { get; init; }

    /// <summary>The nodes on this machine.</summary>
    public required IReadOnlyList<ServerReport> Servers { get; init; }

    /// <summary>Processor time of the tool itself while posting: where it comes near a core, the tool is what is measured.</summary>
    public required double ClientCpuCores { get; init; }

    /// <summary>The most memory that all client processes held together.</summary>
    public required double ClientRssMiB { get; init; }

    public required IReadOnlyList<string> Troubles { get; init; }

    /// <summary>Nothing was lost, doubled or out of order, everybody was connected, and whoever was cut off came back.</summary>
    public bool Clean => Lost == 0 && Duplicated == 0 && OutOfOrder == 0 && Connections.Connected == Connections.Asked
        && Breaks.NotBack == 0 && Storm is not { Recovery.NotBack: > 0 };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
