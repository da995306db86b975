using Confluent.Kafka;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>Looks from time to time how far the partitions are behind, and, after a failure, whether the brokers and topics are there again.</summary>
internal sealed class KafkaLagWatch(IConsumer<byte[], byte[]> consumer, IEnumerable<string> topics, KafkaLag lag, KafkaReadiness readiness, TimeProvider time)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(300);

    // The consumer's thread does this, and shall poll again soon.
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);
    private bool _lookForBrokers;

    /// <summary>Something failed: report when it is over.</summary>
    public void LookForBrokers() => _lookForBrokers = true;

    public void Look(IReadOnlyCollection<AssignedPartition> partitions)
    {
        try
        {
            if (_lookForBrokers)
            {
                Check();
            }

            var started = time.GetTimestamp();
            var known = lag.Current.ToDictionary(partition => new TopicPartition(partition.Topic, partition.Partition), partition => partition.Messages);
            lag.Current = [.. partitions.Select(partition => new PartitionLag(
                partition.Partition.Topic,
                partition.Partition.Partition.Value,
                time.GetElapsedTime(started) < Budget ? Behind(partition) : known.GetValueOrDefault(partition.Partition)))];
        }
        catch (KafkaException)
        {
            // No answer in time: the last known figures stand, and the error handler has told what is wrong.
        }
    }

    private void Check()
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var there = admin.GetMetadata(AnswerTime).Topics.Where(topic => topic.Error.Code == ErrorCode.NoError).Select(topic => topic.Topic);
        if (topics.Except(there, StringComparer.Ordinal).FirstOrDefault() is { } missing)
        {
            readiness.Report($"The topic {missing} is not there, or may not be read.");
            return;
        }

        _lookForBrokers = false;
        readiness.Clear();
    }

    private long Behind(AssignedPartition partition)
    {
        // What was fetched last tells the end of the partition, unless nothing is fetched.
        var ends = partition.IsPaused || partition.Next is null
            ? consumer.QueryWatermarkOffsets(partition.Partition, AnswerTime)
            : consumer.GetWatermarkOffsets(partition.Partition);
        if (partition.Next is null)
        {
            var committed = consumer.Committed([partition.Partition], AnswerTime)[0].Offset;
            partition.Next = committed.IsSpecial ? ends.Low.Value : committed.Value;
        }

        return ends.High.IsSpecial ? 0 : Math.Max(0, ends.High.Value - partition.Next.Value);
    }
}
