using Confluent.Kafka;
using Milepost.Core.DeadLetters;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>One assignment of a partition to this consumer. The same partition assigned again is another one.</summary>
internal sealed class AssignedPartition(TopicPartition partition)
{
    public TopicPartition Partition { get; } = partition;

    /// <summary>The first offset that is not done with; null until that is known.</summary>
    public long? Next { get; set; }

    /// <summary>Another consumer reads it now, or nobody: nothing is said of its offsets any more.</summary>
    public bool IsGone { get; set; }

    public bool IsPaused { get; set; }
}

/// <summary>Messages on the way to the database, in the order in which they came.</summary>
internal sealed class MessageBatch(int maxMessages)
{
    // A batch is held in memory two or three times over.
    private const int MaxBytes = 8 * 1024 * 1024;

    private readonly List<(AssignedPartition Partition, TopicMessage Message)> _items = [];
    private long _bytes;

    public int Count => _items.Count;

    public bool IsFull => _items.Count >= maxMessages || _bytes >= MaxBytes;

    public IReadOnlyList<TopicMessage> Messages => [.. _items.Select(item => item.Message)];

    public void Add(AssignedPartition partition, TopicMessage message)
    {
        _items.Add((partition, message));
        _bytes += message.Value?.Length ?? 0;
    }

    /// <summary>Forgets what came from partitions that are gone; whoever has them now reads it again.</summary>
    public void DropGone()
    {
        _items.RemoveAll(item => item.Partition.IsGone);
        _bytes = _items.Sum(item => (long)(item.Message.Value?.Length ?? 0));
    }

    /// <summary>Everything in it is done with.</summary>
    /// <returns>The offsets to go on from, of the partitions that are still ours.</returns>
    public IReadOnlyList<TopicPartitionOffset> Done()
    {
        foreach (var (partition, message) in _items)
        {
            partition.Next = message.Offset + 1;
        }

        return [.. _items.Select(item => item.Partition).Distinct().Where(partition => !partition.IsGone)
            .Select(partition => new TopicPartitionOffset(partition.Partition, partition.Next!.Value))];
    }
}
