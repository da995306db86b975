using Milepost.Server.Settings;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>Keeps a consumer running for the life of the process, on a thread of its own: librdkafka's calls block.</summary>
internal sealed class KafkaConsumerLoop(
    KafkaOptions options, KafkaIntake intake, KafkaReadiness readiness, TimeProvider time, ILogger<KafkaConsumerLoop> logger) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                Run(stoppingToken);
                ended.SetResult();
            }
            catch (Exception failure)
            {
                ended.SetException(failure);
            }
        })
        {
            IsBackground = true,
            Name = "kafka intake",
        }.Start();
        return ended.Task;
    }

    private void Run(CancellationToken stoppingToken)
    {
        LibRdKafka.Ensure();
        var lag = new KafkaLag();
        KafkaMetrics.Show(lag);
        try
        {
            var pause = TimeSpan.FromSeconds(1);
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    using var run = new KafkaConsumerRun(options, intake, readiness, lag, time, logger);
                    run.Run(stoppingToken);
                }
                catch (Exception failure)
                {
                    // 1. Kafka told this consumer something that it cannot recover from (fenced, wrong version, ...).
                    // 2. A batch failed in a way that nobody foresaw: no offset of it was given away.
                    // Either way a new consumer goes on from the last offsets that are done with.
                    KafkaLog.Ended(logger, failure, pause.TotalSeconds);
                    readiness.Report("The Kafka consumer failed and is started again.");
                    stoppingToken.WaitHandle.WaitOne(pause);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                }
            }
        }
        finally
        {
            KafkaMetrics.Hide(lag);
        }
    }
}
