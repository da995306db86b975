using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Confluent.Kafka;
using Milepost.Core.DeadLetters;
using Milepost.Core.Recording;
using Milepost.Server.Settings;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>
/// Writes dead letters to their topic, from the table: so the topic may be away, full or forbidden without a message being lost or a partition
/// waiting. Each is written at least once, under headers that tell the message it was.
/// </summary>
internal sealed class DeadLetterAnnouncer(
    IDeadLetterStore store, KafkaIntake intake, KafkaOptions options, TimeProvider time, ILogger<DeadLetterAnnouncer> logger) : BackgroundService
{
    public const string HeaderPrefix = "milepost-";
    private const int BatchSize = 100;

    // Longer than a message may take to be written (message.timeout.ms): who claimed a letter and still lives is done by then.
    private static readonly TimeSpan Claim = TimeSpan.FromSeconds(30);

    // One signal says it all; a second one while the first waits tells nothing new.
    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        intake.DeadLettersAdded += Signal;
        await base.StartAsync(cancellationToken);
    }

    /// <summary>One pass: whether all that was due is announced.</summary>
    public async Task<bool> RunOnceAsync(IProducer<byte[]?, byte[]?> producer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            var letters = await store.ClaimUnannouncedAsync(now, now + Claim, BatchSize, cancellationToken);
            if (letters.Count == 0)
            {
                return true;
            }

            var written = new List<long>(letters.Count);
            try
            {
                foreach (var (place, report) in letters.Select(letter => (letter.Place, producer.ProduceAsync(options.DeadLetterTopic, ToMessage(letter), cancellationToken))).ToList())
                {
                    await report;
                    written.Add(place);
                }
            }
            catch (ProduceException<byte[]?, byte[]?> failure)
            {
                KafkaLog.NotAnnounced(logger, failure, letters.Count - written.Count);
            }

            await store.AnnouncedAsync(written, cancellationToken);
            if (written.Count < letters.Count)
            {
                return false;
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LibRdKafka.Ensure();
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(KafkaClients.Producer(options))
            .SetErrorHandler((_, error) => KafkaLog.Failed(logger, error.Code.ToString(), error.Reason))
            .SetLogHandler((_, message) => KafkaLog.Native(
                logger, (Microsoft.Extensions.Logging.LogLevel)message.LevelAs(LogLevelType.MicrosoftExtensionsLogging), message.Facility, message.Message))
            .Build();

        // At the start and from time to time: what a node that died had claimed, or what failed.
        using var timer = new PeriodicTimer(Claim, time);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var signal = _signals.Reader.ReadAsync(stoppingToken).AsTask();
        try
        {
            while (true)
            {
                await PassAsync(producer, stoppingToken);
                if (await Task.WhenAny(tick, signal) == tick)
                {
                    await tick;
                    tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
                }
                else
                {
                    await signal;
                    signal = _signals.Reader.ReadAsync(stoppingToken).AsTask();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops; what is not announced is announced by whoever starts next.
        }
    }

    private async Task PassAsync(IProducer<byte[]?, byte[]?> producer, CancellationToken stoppingToken)
    {
        try
        {
            await RunOnceAsync(producer, stoppingToken);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or KafkaException)
        {
            KafkaLog.NotAnnounced(logger, failure, 0);
        }
    }

    private void Signal(object? sender, EventArgs nothing) => _signals.Writer.TryWrite(true);

    private static Message<byte[]?, byte[]?> ToMessage(DeadLetter letter)
    {
        var message = letter.Message;
        var isTooLarge = message.Value?.Length > KafkaClients.LargestAnnounced;
        var headers = new Headers();
        foreach (var header in message.Headers)
        {
            headers.Add(header.Name, header.Value);
        }

        Add("reason", letter.Reason.Code);
        Add("detail", letter.Reason.Detail);
        Add("field", letter.Reason.Field ?? "");
        Add("topic", message.Topic);
        Add("partition", message.Partition.ToString(CultureInfo.InvariantCulture));
        Add("offset", message.Offset.ToString(CultureInfo.InvariantCulture));
        Add("dead-letter", letter.Place.ToString(CultureInfo.InvariantCulture));
        if (isTooLarge)
        {
            Add("omitted", "value");
        }

        return new Message<byte[]?, byte[]?> { Key = message.Key, Value = isTooLarge ? null : message.Value, Headers = headers, Timestamp = new Timestamp(message.Time) };

        void Add(string name, string value) => headers.Add(HeaderPrefix + name, Encoding.UTF8.GetBytes(value));
    }
}
