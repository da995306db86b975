using Confluent.Kafka;
using Milepost.Core.DeadLetters;
using Milepost.Server.Settings;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>
/// One consumer from its first poll to its close, on one thread. While one batch is being recorded the next one fills; when both are full,
/// or the store is away, the partitions are paused and polling goes on, so that the group keeps this member. Offsets are given away only
/// after everything before them is on disk.
/// </summary>
internal sealed partial class KafkaConsumerRun : IDisposable
{
    private static readonly TimeSpan IdlePoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BusyPoll = TimeSpan.FromMilliseconds(5);

    // Pausing throws away what is fetched, so a commit that is only slow is waited for.
    private static readonly TimeSpan PausePatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PausedStep = TimeSpan.FromMilliseconds(50);

    // Less than the session timeout: the group waits for us.
    private static readonly TimeSpan HandOverPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(2);

    private readonly KafkaOptions _options;
    private readonly KafkaIntake _intake;
    private readonly KafkaReadiness _readiness;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly KafkaLagWatch _watch;
    private readonly IConsumer<byte[], byte[]> _consumer;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Dictionary<TopicPartition, AssignedPartition> _assigned = [];
    private MessageBatch _filling;
    private MessageBatch? _running;
    private Task _recording = Task.CompletedTask;
    private long _watchedAt;

    public KafkaConsumerRun(KafkaOptions options, KafkaIntake intake, KafkaReadiness readiness, KafkaLag lag, TimeProvider time, ILogger logger)
    {
        (_options, _intake, _readiness, _time, _logger) = (options, intake, readiness, time, logger);
        _filling = new MessageBatch(options.BatchSize);
        _consumer = new ConsumerBuilder<byte[], byte[]>(KafkaClients.Consumer(options))
            .SetPartitionsAssignedHandler((_, partitions) => Assigned(partitions))
            .SetPartitionsRevokedHandler((_, offsets) => Revoked(offsets))
            .SetPartitionsLostHandler((_, offsets) => Lost(offsets))
            .SetErrorHandler((_, error) => Failed(error))
            .SetLogHandler((_, message) => KafkaLog.Native(logger, (Microsoft.Extensions.Logging.LogLevel)message.LevelAs(LogLevelType.MicrosoftExtensionsLogging), message.Facility, message.Message))
            .Build();
        _watch = new KafkaLagWatch(_consumer, options.Topics, lag, readiness, time);
    }

    /// <summary>Runs until it shall stop; what is being recorded then is waited for.</summary>
    public void Run(CancellationToken stoppingToken)
    {
        _consumer.Subscribe(_options.Topics);
        while (!stoppingToken.IsCancellationRequested)
        {
            Poll();
            TakeOver();
            PauseOrResume();
            if (_time.GetElapsedTime(_watchedAt) >= WatchInterval)
            {
                _watch.Look(_assigned.Values);
                _watchedAt = _time.GetTimestamp();
            }
        }

        // Leaving the group hands the partitions over, which waits for the running batch.
        _consumer.Close();
    }

    public void Dispose()
    {
        _giveUp.Cancel();
        _consumer.Dispose();
        _giveUp.Dispose();
    }

    private bool IsPaused => _running is not null && (_intake.Stalled is not null || _filling.IsFull) && _assigned.Values.Any(partition => partition.IsPaused);

    private void Poll()
    {
        if (IsPaused)
        {
            // Nothing comes of paused partitions; the call keeps us in the group and runs the handlers.
            Consume(TimeSpan.Zero);
            Wait(PausedStep);
            return;
        }

        var patience = _running is not null ? BusyPoll : _filling.Count > 0 ? TimeSpan.Zero : IdlePoll;
        while (!_filling.IsFull && Consume(patience))
        {
            patience = TimeSpan.Zero;
        }

        if (_filling.IsFull && _running is not null && _intake.Stalled is null)
        {
            Wait(PausePatience);
        }
    }

    /// <summary>One call of the consumer; whether it gave a message.</summary>
    private bool Consume(TimeSpan patience)
    {
        ConsumeResult<byte[], byte[]>? result;
        try
        {
            result = _consumer.Consume(patience);
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal)
        {
            // A topic that is not there, or that we may not read: others may go on.
            Failed(failure.Error);
            return false;
        }

        if (result is null || !_assigned.TryGetValue(result.TopicPartition, out var partition))
        {
            return false;
        }

        _filling.Add(partition, ToMessage(result));
        return true;
    }

    /// <summary>Gives away the offsets of a batch that is done, and sends the next one on its way.</summary>
    private void TakeOver()
    {
        if (_running is not null)
        {
            if (!_recording.IsCompleted)
            {
                return;
            }

            Finish();
        }

        if (_filling.Count > 0)
        {
            _running = _filling;
            _filling = new MessageBatch(_options.BatchSize);
            _recording = _intake.TakeAsync(_running.Messages, _giveUp.Token);
        }
    }

    private void Finish()
    {
        var done = _running!;
        _running = null;
        if (!_recording.IsCompletedSuccessfully)
        {
            // Not one offset is given away: this consumer ends and its successor reads the batch again.
            throw new InvalidOperationException("A batch could not be taken in.", _recording.Exception?.InnerException);
        }

        var offsets = done.Done();
        foreach (var offset in offsets)
        {
            _consumer.StoreOffset(offset);
        }

        KafkaLog.Done(_logger, done.Count);
    }

    private void PauseOrResume()
    {
        var wait = _running is not null && !_recording.IsCompleted && (_intake.Stalled is not null || _filling.IsFull);
        var partitions = _assigned.Values.Where(partition => partition.IsPaused != wait).ToList();
        if (partitions.Count == 0)
        {
            return;
        }

        partitions.ForEach(partition => partition.IsPaused = wait);
        if (wait)
        {
            _consumer.Pause(partitions.Select(partition => partition.Partition));
        }
        else
        {
            _consumer.Resume(partitions.Select(partition => partition.Partition));
        }
    }

    private void Wait(TimeSpan patience)
    {
        // This thread is our own; nothing else can run on it, and librdkafka has no call that could be awaited.
        if (_running is not null)
        {
            ((IAsyncResult)_recording).AsyncWaitHandle.WaitOne(patience);
        }
    }

    private void Assigned(List<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            _assigned[partition] = new AssignedPartition(partition);
        }

        KafkaLog.Assigned(_logger, partitions.Count, _assigned.Count);
    }

    private void Revoked(List<TopicPartitionOffset> offsets)
    {
        // The group waits while this runs. What is nearly done is finished and its offsets go along; what is stuck is left to the next owner,
        // who gets it again.
        if (_running is not null && _intake.Stalled is null)
        {
            Wait(HandOverPatience);
        }

        if (_running is not null && _recording.IsCompletedSuccessfully)
        {
            Finish();
        }

        Forget(offsets);
        KafkaLog.Revoked(_logger, offsets.Count, _assigned.Count);
    }

    private void Lost(List<TopicPartitionOffset> offsets)
    {
        // Others have them since some time: nothing we could say of their offsets is still true.
        Forget(offsets);
        KafkaLog.Lost(_logger, offsets.Count);
    }

    private void Forget(List<TopicPartitionOffset> offsets)
    {
        foreach (var offset in offsets)
        {
            if (_assigned.Remove(offset.TopicPartition, out var partition))
            {
                partition.IsGone = true;
            }
        }

        _filling.DropGone();
    }

    private void Failed(Error error)
    {
        KafkaLog.Failed(_logger, error.Code.ToString(), error.Reason);
        _watch.LookForBrokers();
        _readiness.Report(error.Code is ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport ? "Kafka brokers do not answer." : $"Kafka: {error.Code}.");
    }

    private static TopicMessage ToMessage(ConsumeResult<byte[], byte[]> result) => new()
    {
        Topic = result.Topic,
        Partition = result.Partition.Value,
        Offset = result.Offset.Value,
        Time = DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(result.Message.Timestamp.UnixTimestampMs, 0, 253_402_300_799_999)),
        Key = result.Message.Key,
        Headers = [.. result.Message.Headers.Select(header => new TopicHeader(header.Key, header.GetValueBytes()))],
        Value = result.Message.Value,
    };
}
