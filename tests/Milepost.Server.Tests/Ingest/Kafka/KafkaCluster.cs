using System.Text;
using Confluent.Kafka;
using Milepost.Testing;

namespace Milepost.Server.Tests.Ingest.Kafka;

/// <summary>
/// A Kafka cluster of three brokers, and what tests do with it.
/// </summary>
public sealed class KafkaCluster : IAsyncDisposable
{
    public const int Partitions = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly MockCluster _cluster = new(brokers: 3);
    private readonly IProducer<byte[]?, byte[]?> _producer;

    public KafkaCluster()
    {
        _producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = string.Join(',', Brokers),
            Acks = Acks.All,
            LingerMs = 1,
            MessageMaxBytes = 16 * 1024 * 1024,
            Partitioner = Partitioner.Murmur2,
        }).Build();
    }

    public IReadOnlyList<string> Brokers => _cluster.Brokers;

    public void CreateTopic(string topic) => _cluster.CreateTopic(topic, Partitions);

    /// <summary>Every broker is away.</summary>
    public void Down() => All(_cluster.Down);

    public void Up() => All(_cluster.Up);

    public Task<TopicPartitionOffset> SendAsync(string topic, string key, string value, params (string Name, string Value)[] headers) =>
        SendAsync(topic, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value), headers);

    public async Task<TopicPartitionOffset> SendAsync(string topic, byte[]? key, byte[]? value, params (string Name, string Value)[] headers)
    {
        var message = new Message<byte[]?, byte[]?> { Key = key, Value = value, Headers = [] };
        foreach (var (name, text) in headers)
        {
            message.Headers.Add(name, Encoding.UTF8.GetBytes(text));
        }

        return (await _producer.ProduceAsync(topic, message).Soon()).TopicPartitionOffset;
    }

    /// <summary>How far the group has confirmed each partition; nothing for one without an offset.</summary>
    public IReadOnlyDictionary<int, long> Committed(string group, string topic)
    {
        using var consumer = Consumer(group);
        return consumer.Committed(All(topic), Patience).Where(offset => !offset.Offset.IsSpecial).ToDictionary(offset => offset.Partition.Value, offset => offset.Offset.Value);
    }

    /// <summary>The end of each partition that holds messages.</summary>
    public IReadOnlyDictionary<int, long> Ends(string topic)
    {
        using var consumer = Consumer("ends");
        return All(topic).Select(partition => (partition.Partition.Value, consumer.QueryWatermarkOffsets(partition, Patience).High.Value))
            .Where(end => end.Item2 > 0).ToDictionary(end => end.Item1, end => end.Item2);
    }

    /// <summary>The first <paramref name="count"/> messages of a topic.</summary>
    public List<ConsumeResult<byte[]?, byte[]?>> Read(string topic, int count)
    {
        using var consumer = Consumer("reader");
        consumer.Assign(All(topic).Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        var messages = new List<ConsumeResult<byte[]?, byte[]?>>();
        using var deadline = new CancellationTokenSource(Patience);
        while (messages.Count < count)
        {
            messages.Add(consumer.Consume(deadline.Token));
        }

        return messages;
    }

    public ValueTask DisposeAsync()
    {
        _producer.Dispose();
        _cluster.Dispose();
        return ValueTask.CompletedTask;
    }

    private void All(Action<int> act)
    {
        for (var broker = 1; broker <= Brokers.Count; broker++)
        {
            act(broker);
        }
    }

    private static List<TopicPartition> All(string topic) => [.. Enumerable.Range(0, Partitions).Select(partition => new TopicPartition(topic, partition))];

    private IConsumer<byte[]?, byte[]?> Consumer(string group) => new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
    {
        BootstrapServers = string.Join(',', Brokers),
        GroupId = group,
        EnableAutoCommit = false,
        AutoOffsetReset = AutoOffsetReset.Earliest,
    }).Build();
}
