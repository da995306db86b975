using Milepost.Client.Streams;

namespace Milepost.LoadTest;

/// <summary>What to do to which server.</summary>
internal sealed record LoadSettings
{
    public required Uri Url { get; init; }

    public required string Tenant { get; init; }

    public required string SigningKey { get; init; }

    public required int Connections { get; init; }

    public required StreamTransport Transport { get; init; }

    /// <summary>Events per second.</summary>
    public required double Rate { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>At the beginning of the posting: counts for losses, not for latencies.</summary>
    public required TimeSpan WarmUp { get; init; }

    public required TimeSpan Idle { get; init; }

    /// <summary>How long may pass after the last post until everything has arrived.</summary>
    public required TimeSpan Drain { get; init; }

    public required int Batch { get; init; }

    /// <summary>HTTP connections of the posting side.</summary>
    public required int Producers { get; init; }

    public required int ConnectRate { get; init; }

    public required int PerProcess { get; init; }

    public required int? ServerPid { get; init; }

    public required string? JsonFile { get; init; }

    /// <summary>Names of this run's customers, orders and events, so that runs on one database do not meet.</summary>
    public required string Run { get; init; }

    public int Processes => (Connections + PerProcess - 1) / PerProcess;
}
