using System.Text.Json.Serialization;
using Milepost.Client.Streams;
using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Posting;

namespace Milepost.LoadTest.Workers;

/// <summary>What the parent tells a worker, one JSON line each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "do")]
[JsonDerivedType(typeof(Connect), "connect")]
[JsonDerivedType(typeof(Storm), "storm")]
[JsonDerivedType(typeof(Finish), "finish")]
internal abstract record WorkerOrder
{
    /// <summary>Open the connections of the customers from <paramref name="First"/> on.</summary>
    public sealed record Connect(
        IReadOnlyList<Uri> Urls, string Tenant, string SigningKey, string Run, IReadOnlyList<StreamTransport> Transports, int Customers, int First, int Count, int Index, double PerSecond) : WorkerOrder;

    /// <summary>Reset all connections at this timestamp of the machine's monotonic clock; each comes back within the jitter.</summary>
    public sealed record Storm(long At, TimeSpan Jitter) : WorkerOrder;

    /// <summary>
    /// Nothing is posted any more: wait until every acknowledged event has come. <paramref name="Unacknowledged"/>: first and last number,
    /// in turns, of those that the server did not confirm.
    /// </summary>
    public sealed record Finish(PhaseBounds Bounds, IReadOnlyList<long> Unacknowledged, double DrainSeconds) : WorkerOrder;
}

/// <summary>What a worker tells its parent.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(Progress), "progress")]
[JsonDerivedType(typeof(Result), "result")]
internal abstract record WorkerNote
{
    /// <summary>Comes about once a second. <paramref name="Trouble"/>: the newest reason for which a connection was not there.</summary>
    public sealed record Progress(int Connected, long Delivered, double CpuSeconds, string? Trouble) : WorkerNote;

    public sealed record Result : WorkerNote
    {
        public required long Delivered { get; init; }

        /// <summary>Sent twice by the server, whether the SDK dropped it or not.</summary>
        public required long Duplicated { get; init; }

        /// <summary>Entries that were missing or came in another order than their offsets.</summary>
        public required long OutOfOrder { get; init; }

        /// <summary>Recorded in another order than posted; no fault when two posts of a customer were under way at once.</summary>
        public required long Overtaken { get; init; }

        /// <summary>Entries of the streams that this run did not cause.</summary>
        public required long Foreign { get; init; }

        public required RecoveryNote Storm { get; init; }

        public required RecoveryNote Breaks { get; init; }

        /// <summary>One for each <see cref="Phase"/>, in their order.</summary>
        public required IReadOnlyList<PhaseNote> Phases { get; init; }
    }
}

/// <summary>What one phase brought. <paramref name="Lost"/>: acknowledged by the server, and never delivered.</summary>
internal sealed record PhaseNote(long Lost, HistogramNote Latencies);

/// <summary>How broken connections came back: the times from the break, and from the first attempt, to the end of the catch-up.</summary>
internal sealed record RecoveryNote(long Broken, long FailedAttempts, HistogramNote Times, HistogramNote Attempts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(WorkerOrder))]
[JsonSerializable(typeof(WorkerNote))]
internal sealed partial class WorkerJson : JsonSerializerContext;
