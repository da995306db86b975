namespace Milepost.Server.Ingest.Kafka;

/// <summary>What the consumer and the announcer log. Never a key, a header or a value.</summary>
internal static partial class KafkaLog
{
    [LoggerMessage(1, LogLevel.Information, "{Count} partitions assigned; {All} are read here")]
    public static partial void Assigned(ILogger logger, int count, int all);

    [LoggerMessage(2, LogLevel.Information, "{Count} partitions given to others; {All} are read here")]
    public static partial void Revoked(ILogger logger, int count, int all);

    [LoggerMessage(3, LogLevel.Warning, "{Count} partitions lost to others; what was not committed is read there again")]
    public static partial void Lost(ILogger logger, int count);

    [LoggerMessage(4, LogLevel.Debug, "A batch of {Count} messages is done")]
    public static partial void Done(ILogger logger, int count);

    [LoggerMessage(5, LogLevel.Warning, "Kafka reports {Code}: {Reason}")]
    public static partial void Failed(ILogger logger, string code, string reason);

    [LoggerMessage(6, LogLevel.Error, "The consumer ended; another one begins in {Seconds} s")]
    public static partial void Ended(ILogger logger, Exception failure, double seconds);

    [LoggerMessage(EventId = 7, Message = "librdkafka {Facility}: {Text}")]
    public static partial void Native(ILogger logger, LogLevel level, string facility, string text);

    [LoggerMessage(8, LogLevel.Warning, "{Count} dead letters could not be announced; they are tried again")]
    public static partial void NotAnnounced(ILogger logger, Exception failure, int count);
}
