using Milepost.Client.Streams;

namespace Milepost.LoadTest;

/// <summary>What to do to which servers.</summary>
internal sealed record LoadSettings
{
    /// <summary>The nodes to connect to, in turns.</summary>
    public required IReadOnlyList<Uri> Urls { get; init; }

    /// <summary>The nodes to post to, in turns.</summary>
    public required IReadOnlyList<Uri> PostUrls { get; init; }

    public required string Tenant { get; init; }

    public required string SigningKey { get; init; }

    public required int Connections { get; init; }

    /// <summary>The connections' transports, in turns.</summary>
    public required IReadOnlyList<StreamTransport> Transports { get; init; }

    /// <summary>Events per second.</summary>
    public required double Rate { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>At the beginning of the posting: counts for losses, not for latencies.</summary>
    public required TimeSpan WarmUp { get; init; }

    public required TimeSpan Idle { get; init; }

    /// <summary>How long may pass after the last post until everything has arrived.</summary>
    public required TimeSpan Drain { get; init; }

    /// <summary>Events per second behind the measured part; 0 without a burst.</summary>
    public required double BurstRate { get; init; }

    public required TimeSpan Burst { get; init; }

    /// <summary>When, in the measured part, all connections are reset; null: never.</summary>
    public required TimeSpan? StormAt { get; init; }

    /// <summary>Over which time they come back; zero: all at once.</summary>
    public required TimeSpan StormJitter { get; init; }

    public required int Batch { get; init; }

    /// <summary>HTTP connections of the posting side.</summary>
    public required int Producers { get; init; }

    public required int ConnectRate { get; init; }

    public required int PerProcess { get; init; }

    /// <summary>The nice value of the client processes, 0 to 19; the parent keeps its own.</summary>
    public required int ClientNice { get; init; }

    /// <summary>The processes behind <see cref="Urls"/>, as far as they were named.</summary>
    public required IReadOnlyList<int> ServerPids { get; init; }

    public required string? JsonFile { get; init; }

    /// <summary>Names of this run's customers, orders and events, so that runs on one database do not meet.</summary>
    public required string Run { get; init; }

    public int Processes => (Connections + PerProcess - 1) / PerProcess;

    /// <summary>All nodes, each once.</summary>
    public IReadOnlyList<Uri> Nodes => [.. Urls.Concat(PostUrls).Distinct()];
}
