using System.Diagnostics;
using Milepost.Core.DeadLetters;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Protocol.Errors;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>
/// From a batch of messages to the database, without knowing where they come from: what can be recorded is recorded, the rest becomes dead
/// letters. When the call returns, every message is in one of the two, on disk. While the store cannot take them it insists; a message
/// that alone makes the recorder fail is put aside after some tries, so that it blocks nobody.
/// </summary>
internal sealed partial class KafkaIntake(
    EventRecorder recorder, IDeadLetterStore deadLetters, KafkaEventReader reader, KafkaOptions options, Random random, TimeProvider time, ILogger<KafkaIntake> logger)
{
    private const int TriesAlone = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private volatile string? _stalled;

    /// <summary>Why the running batch cannot go on now; null while it can.</summary>
    public string? Stalled => _stalled;

    /// <summary>Is told after dead letters were written that are to be announced.</summary>
    public event EventHandler? DeadLettersAdded;

    /// <summary>Cancelling gives up waiting; what is recorded by then stays so and is a duplicate at the next delivery.</summary>
    public async Task TakeAsync(IReadOnlyList<TopicMessage> messages, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var events = new List<(TopicMessage Message, RecordedEvent Event)>(messages.Count);
        var refused = new List<DeadLetter>();
        foreach (var message in messages)
        {
            var read = reader.Read(message, now);
            if (read.Event is { } recorded)
            {
                events.Add((message, recorded));
            }
            else
            {
                refused.Add(Letter(message, read.Tenant, read.Rejection!));
            }
        }

        try
        {
            await RecordAsync(events, refused, cancellationToken);
            if (refused.Count > 0)
            {
                await PutAsideAsync(refused, cancellationToken);
            }
        }
        finally
        {
            _stalled = null;
        }
    }

    private async Task RecordAsync(List<(TopicMessage Message, RecordedEvent Event)> events, List<DeadLetter> refused, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        try
        {
            Sort(events, await InsistAsync(events, cancellationToken), refused);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && events.Count > 1)
        {
            // Something in the batch is more than the recorder can bear. One after the other, in their order, only the culprit fails.
            Log.BatchFailed(logger, failure, events.Count);
            foreach (var item in events)
            {
                await RecordAloneAsync(item, refused, cancellationToken);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.BatchFailed(logger, failure, events.Count);
            await RecordAloneAsync(events[0], refused, cancellationToken);
        }
    }

    private async Task RecordAloneAsync((TopicMessage Message, RecordedEvent Event) item, List<DeadLetter> refused, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Sort([item], await InsistAsync([item], cancellationToken), refused);
                return;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                if (attempt == TriesAlone)
                {
                    // The text of an exception may repeat the message; its type does not.
                    refused.Add(Letter(item.Message, item.Event.Tenant, new Rejection(ErrorCode.Internal, null, $"Recording it failed {TriesAlone} times with {failure.GetType().Name}.")));
                    return;
                }

                await PauseAsync(attempt, "Recording fails.", cancellationToken);
            }
        }
    }

    /// <summary>Tries until the recorder has said what became of each event.</summary>
    private async Task<IReadOnlyList<RecordOutcome>> InsistAsync(List<(TopicMessage Message, RecordedEvent Event)> events, CancellationToken cancellationToken)
    {
        RecordedEvent[] batch = [.. events.Select(item => item.Event)];
        for (var attempt = 1; ; attempt++)
        {
            switch (await recorder.RecordAsync(batch, cancellationToken))
            {
                case RecordResult.Recorded recorded:
                    return recorded.Outcomes;
                case RecordResult.Busy:
                    await PauseAsync(attempt, "Too many events wait to be written.", cancellationToken);
                    break;
                case RecordResult.Unavailable unavailable:
                    await PauseAsync(attempt, unavailable.Reason, cancellationToken);
                    break;
                default:
                    throw new UnreachableException();
            }
        }
    }

    private void Sort(IReadOnlyList<(TopicMessage Message, RecordedEvent Event)> events, IReadOnlyList<RecordOutcome> outcomes, List<DeadLetter> refused)
    {
        for (var index = 0; index < events.Count; index++)
        {
            switch (outcomes[index])
            {
                case RecordOutcome.Accepted:
                    KafkaMetrics.Message(events[index].Message.Topic, "accepted");
                    break;
                case RecordOutcome.Duplicate:
                    KafkaMetrics.Message(events[index].Message.Topic, "duplicate");
                    break;
                case RecordOutcome.Rejected rejected:
                    refused.Add(Letter(events[index].Message, events[index].Event.Tenant, new Rejection(rejected.Code, rejected.Field, rejected.Detail)));
                    break;
                default:
                    throw new UnreachableException();
            }
        }
    }

    private async Task PutAsideAsync(List<DeadLetter> refused, CancellationToken cancellationToken)
    {
        var announceAt = options.DeadLetterTopic.Length > 0 ? time.GetUtcNow() : (DateTimeOffset?)null;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var added = await deadLetters.AddAsync(refused, announceAt, cancellationToken);
                Log.PutAside(logger, added, refused[0].Reason.Code);
                break;
            }
            catch (StoreUnavailableException unavailable)
            {
                await PauseAsync(attempt, unavailable.Message, cancellationToken);
            }
        }

        foreach (var letter in refused)
        {
            KafkaMetrics.Message(letter.Message.Topic, "dead_letter");
            KafkaMetrics.DeadLetter(letter.Message.Topic, letter.Reason.Code);
        }

        if (announceAt is not null)
        {
            DeadLettersAdded?.Invoke(this, EventArgs.Empty);
        }
    }

    private async Task PauseAsync(int attempt, string reason, CancellationToken cancellationToken)
    {
        if (_stalled is null)
        {
            KafkaMetrics.Paused();
            Log.Stalled(logger, reason);
        }

        _stalled = reason;

        // Half of it by chance: nodes that lost the store together do not come back together.
        var pause = Math.Min(LongestPause.TotalMilliseconds, FirstPause.TotalMilliseconds * (1 << Math.Min(attempt - 1, 10)));
        await Task.Delay(TimeSpan.FromMilliseconds(pause * (0.5 + (random.NextDouble() / 2))), time, cancellationToken);
    }

    private DeadLetter Letter(TopicMessage message, string tenant, Rejection rejection) => new()
    {
        Tenant = tenant,
        Message = message,
        Reason = new DeadLetterReason(rejection.Code.Code, rejection.Field, rejection.Detail),
        ReceivedAt = time.GetUtcNow(),
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A batch of {Count} messages could not be recorded; each one goes alone")]
        public static partial void BatchFailed(ILogger logger, Exception failure, int count);

        [LoggerMessage(2, LogLevel.Warning, "{Count} messages became dead letters (the first: {Code}); 'milepost dead-letters list' shows them")]
        public static partial void PutAside(ILogger logger, int count, string code);

        [LoggerMessage(3, LogLevel.Warning, "The intake waits: {Reason}")]
        public static partial void Stalled(ILogger logger, string reason);
    }
}
