using Confluent.Kafka;
using Milepost.Server.Settings;

namespace Milepost.Server.Ingest.Kafka;

/// <summary>How the clients are set up.</summary>
internal static class KafkaClients
{
    /// <summary>A broker takes messages up to about 1 MB (message.max.bytes) unless told otherwise.</summary>
    public const int LargestAnnounced = 900 * 1024;

    public static ConsumerConfig Consumer(KafkaOptions options) => Secure(options, new ConsumerConfig
    {
        GroupId = options.Group,
        // A new group begins with what there is.
        AutoOffsetReset = AutoOffsetReset.Earliest,
        // We say which offsets are done with, after the commit in the database; librdkafka sends them in the background and when a partition
        // goes. So no batch waits for the broker, and a crash costs at most this interval of duplicates.
        EnableAutoOffsetStore = false,
        EnableAutoCommit = true,
        AutoCommitIntervalMs = 1_000,
        PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky,
        // A node that dies is replaced within this time; one that is only slow polls on and stays.
        SessionTimeoutMs = 10_000,
        HeartbeatIntervalMs = 2_000,
        AllowAutoCreateTopics = false,
        QueuedMaxMessagesKbytes = 16 * 1024,
        // A partition that is resumed waits for its broker's fetch under way.
        FetchWaitMaxMs = 100,
    });

    public static ProducerConfig Producer(KafkaOptions options) => Secure(options, new ProducerConfig
    {
        Acks = Acks.All,
        LingerMs = 5,
        MessageTimeoutMs = 10_000,
    });

    private static T Secure<T>(KafkaOptions options, T config)
        where T : ClientConfig
    {
        config.BootstrapServers = string.Join(',', options.Brokers);
        config.ClientId = "milepost";
        config.ReconnectBackoffMs = 100;
        config.ReconnectBackoffMaxMs = 2_000;
        config.SecurityProtocol = options.SecurityProtocol switch
        {
            "ssl" => SecurityProtocol.Ssl,
            "sasl_plaintext" => SecurityProtocol.SaslPlaintext,
            "sasl_ssl" => SecurityProtocol.SaslSsl,
            _ => SecurityProtocol.Plaintext,
        };
        if (options.SecurityProtocol.StartsWith("sasl", StringComparison.Ordinal))
        {
            config.SaslMechanism = options.SaslMechanism switch
            {
                "PLAIN" => SaslMechanism.Plain,
                "SCRAM-SHA-256" => SaslMechanism.ScramSha256,
                _ => SaslMechanism.ScramSha512,
            };
            config.SaslUsername = options.SaslUser;
            config.SaslPassword = options.SaslPassword;
        }

        if (options.CaLocation.Length > 0)
        {
            config.SslCaLocation = options.CaLocation;
        }

        return config;
    }
}
