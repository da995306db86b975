using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Milepost.Server.Settings;

internal sealed class KafkaOptions
{
    [Description("Where Kafka is: host:port of some brokers. Empty: no intake from Kafka.")]
    public IList<string> Brokers { get; set; } = [];

    [Description("The topics to read; one shared topic is possible.")]
    public IList<string> Topics { get; set; } = ["order_paid", "order_status_updated"];

    [Description("The consumer group. All nodes of an installation share it and so share the work.")]
    [Required]
    public string Group { get; set; } = "milepost";

    [Description("The tenant of every message. Empty: each message names its own, by the CloudEvents attribute 'tenant' or the mapping.")]
    public string Tenant { get; set; } = "";

    [Description("How plain JSON becomes an event, one field per line, for example \"order_paid id = $.event_id\". Empty: messages are CloudEvents. See docs/operate/kafka.md.")]
    public IList<string> Mapping { get; set; } = [];

    [Description("The topic that dead letters are announced in. Empty: none; they stand in the database either way.")]
    public string DeadLetterTopic { get; set; } = "milepost_dead_letters";

    [Description("How many messages one commit may hold.")]
    [Range(1, 1_000)]
    public int BatchSize { get; set; } = 500;

    [Description("The largest message that is read as an event, in bytes; a larger one becomes a dead letter.")]
    [Range(1024, 16 * 1024 * 1024)]
    public int MaxMessageBytes { get; set; } = 1024 * 1024;

    [Description("How to speak with the brokers.")]
    [AllowedValues("plaintext", "ssl", "sasl_plaintext", "sasl_ssl")]
    public string SecurityProtocol { get; set; } = "plaintext";

    [Description("How to sign in, where SecurityProtocol begins with sasl.")]
    [AllowedValues("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")]
    public string SaslMechanism { get; set; } = "SCRAM-SHA-512";

    [Description("Who signs in.")]
    public string SaslUser { get; set; } = "";

    [Description("With what password.")]
    [Sensitive]
    public string SaslPassword { get; set; } = "";

    [Description("A file with the certificates that may sign those of the brokers. Empty: the system's.")]
    public string CaLocation { get; set; } = "";
}
