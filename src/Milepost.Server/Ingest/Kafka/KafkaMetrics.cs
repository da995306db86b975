using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>What the intake counts.</summary>
internal static class KafkaMetrics
{
    private static readonly Meter Meter = new("Milepost.Server.Kafka");
    private static readonly ConcurrentDictionary<KafkaLag, bool> Lags = [];

    private static readonly Counter<long> Messages =
        Meter.CreateCounter<long>("milepost.kafka.messages", "{message}", "Messages that are done with, by what became of them.");

    private static readonly Counter<long> DeadLetters =
        Meter.CreateCounter<long>("milepost.kafka.dead_letters", "{message}", "Messages put aside, by reason.");

    private static readonly Counter<long> Pauses =
        Meter.CreateCounter<long>("milepost.kafka.pauses", "{pause}", "How often the intake had to wait for the store.");

    static KafkaMetrics() => Meter.CreateObservableGauge(
        "milepost.kafka.lag",
        () => Lags.Keys.SelectMany(lag => lag.Current).Select(partition => new Measurement<long>(
            partition.Messages, new KeyValuePair<string, object?>("topic", partition.Topic), new KeyValuePair<string, object?>("partition", partition.Partition))),
        "{message}",
        "Messages of a partition that are not done with yet.");

    public static void Message(string topic, string outcome) => Messages.Add(1, new("topic", topic), new("outcome", outcome));

    public static void DeadLetter(string topic, string code) => DeadLetters.Add(1, new("topic", topic), new("code", code));

    public static void Paused() => Pauses.Add(1);

    public static void Show(KafkaLag lag) => Lags.TryAdd(lag, true);

    public static void Hide(KafkaLag lag) => Lags.TryRemove(lag, out _);
}

/// <summary>How far one partition is behind.</summary>
internal readonly record struct PartitionLag(string Topic, int Partition, long Messages);

/// <summary>How far this node's partitions are behind, as last seen.</summary>
internal sealed class KafkaLag
{
    private volatile IReadOnlyList<PartitionLag> _current = [];

    public IReadOnlyList<PartitionLag> Current
    {
        get => _current;
        set => _current = value;
    }
}
