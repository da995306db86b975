using System.Text.Json.Serialization;

namespace Milepost.LoadTest.Measuring;

/// <summary>Latencies in milliseconds.</summary>
internal sealed record Quantiles(long Count, double P50, double P90, double P99, double P999, double Max)
{
    public static Quantiles Of(Histogram histogram) => new(
        histogram.Count, Milliseconds(histogram.Quantile(0.5)), Milliseconds(histogram.Quantile(0.9)), Milliseconds(histogram.Quantile(0.99)),
        Milliseconds(histogram.Quantile(0.999)), Milliseconds(histogram.Max));

    private static double Milliseconds(long microseconds) => Math.Round(microseconds / 1000.0, 3);
}

/// <summary>What the connecting phase was like.</summary>
internal sealed record ConnectReport(int Asked, int Connected, double Seconds, double PerSecond);

/// <summary>The server's process; absent when it is not on this machine.</summary>
internal sealed record ServerReport(
    int Pid, double RssBeforeMiB, double RssConnectedMiB, double RssPerConnectionKiB, double RssAfterMiB, double ConnectCpuCores, double PostCpuCores);

/// <summary>Everything that a run found out.</summary>
internal sealed record Report
{
    public required string Url { get; init; }

    public required string Transport { get; init; }

    public required int ClientProcesses { get; init; }

    public required double RateAsked { get; init; }

    public required double RateAcknowledged { get; init; }

    public required int Batch { get; init; }

    public required double Seconds { get; init; }

    public required ConnectReport Connections { get; init; }

    public required long Posted { get; init; }

    public required long Acknowledged { get; init; }

    /// <summary>Posted, and not confirmed by the server.</summary>
    public required long Unacknowledged { get; init; }

    public required long Delivered { get; init; }

    public required long Lost { get; init; }

    public required long Duplicated { get; init; }

    public required long OutOfOrder { get; init; }

    public required long Overtaken { get; init; }

    public required long Foreign { get; init; }

    public required long Disconnects { get; init; }

    /// <summary>From the time at which the event was due to the entry in the customer's hands.</summary>
    public required Quantiles Delivery { get; init; }

    /// <summary>From the time at which the event was due to the server's confirmation.</summary>
    public required Quantiles Acknowledgement { get; init; }

    public required ServerReport? Server { get; init; }

    /// <summary>Processor time of the tool itself while posting: where it comes near a core, the tool is what is measured.</summary>
    public required double ClientCpuCores { get; init; }

    public required IReadOnlyList<string> Troubles { get; init; }

    /// <summary>Nothing was lost, doubled or out of order, and everybody was connected.</summary>
    public bool Clean => Lost == 0 && Duplicated == 0 && OutOfOrder == 0 && Connections.Connected == Connections.Asked;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
