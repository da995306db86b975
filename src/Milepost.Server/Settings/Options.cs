using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Milepost.Storage.Postgres;

namespace Milepost.Server.Settings;

/// <summary>Marks an option whose value must never be shown.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SensitiveAttribute : Attribute;

internal sealed class StorageOptions
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";

    [Description("The database engine.")]
    [AllowedValues(Sqlite, Postgres)]
    public string Provider { get; set; } = Sqlite;

    [Description("Where PostgreSQL is, for example Host=db;Database=milepost;Username=milepost;Password=... Not used with sqlite.")]
    [Sensitive]
    public string ConnectionString { get; set; } = "";

    [Description("How many connections to PostgreSQL write, for each node.")]
    [Range(2, 1000)]
    public int WriteConnections { get; set; } = PostgresSettings.DefaultWriteConnections;

    [Description("How many connections to PostgreSQL read, for each node. Apart from those that write, so that clients coming back do not hold up the intake.")]
    [Range(2, 1000)]
    public int ReadConnections { get; set; } = PostgresSettings.DefaultReadConnections;

    [Description("Where the embedded database and the generated keys are kept.")]
    [Required]
    public string DataDirectory { get; set; } = "data";
}

internal sealed class AuthOptions
{
    [Description("The secret of HS256 tokens, at least 32 characters. Empty: a development key is generated and kept in the data directory.")]
    [Sensitive]
    public string SigningKey { get; set; } = "";

    [Description("The OpenID Connect issuer whose keys sign RS256 and ES256 tokens.")]
    public string Authority { get; set; } = "";

    [Description("The audience that tokens must name. Empty: not checked.")]
    public string Audience { get; set; } = "";

    [Description("How far clocks may differ when a token's times are checked.")]
    [Range(0, 300)]
    public int ClockSkewSeconds { get; set; } = 30;

    [Description("The longest life of a token that is accepted, from its issue to its end. For as long the server remembers revocations.")]
    [Range(1, 3660)]
    public int MaxTokenDays { get; set; } = 366;

    [Description("How often the issuer's keys are read again: for so long a key that was withdrawn may still be accepted.")]
    [Range(1, 1440)]
    public int KeyRefreshMinutes { get; set; } = 15;
}

internal sealed class GatewayOptions
{
    [Description("Origins whose pages may connect, exactly as browsers send them, for example https://shop.example. The origin of PublicUrl is always allowed.")]
    public IList<string> AllowedOrigins { get; set; } = [];

    [Description("The address under which browsers reach this server, for example https://track.shop.example.")]
    public string PublicUrl { get; set; } = "";

    [Description("Addresses of proxies in front of this server, for example 10.0.0.5 or 10.0.0.0/24. Only these are believed when they tell the client's address and scheme (X-Forwarded-For, X-Forwarded-Proto).")]
    public IList<string> TrustedProxies { get; set; } = [];

    [Description("How much may wait for one slow connection before it is served from the log, in bytes.")]
    [Range(4096, 16 * 1024 * 1024)]
    public int OutboundQueueBytes { get; set; } = 64 * 1024;

    [Description("How many streams one connection may follow.")]
    // A cursor over more streams with the longest ids would be longer than a cursor may be (Cursor.MaxLength).
    [Range(1, 60)]
    public int MaxStreams { get; set; } = 50;

    [Description("How long a long-poll waits for news.")]
    [Range(1, 60)]
    public int PollSeconds { get; set; } = 25;

    [Description("How long the server goes on serving behind SIGTERM while it says that it is not ready, so that load balancers notice.")]
    [Range(0, 15)]
    public int DrainSeconds { get; set; } = 5;
}

internal sealed class IngestOptions
{
    [Description("How many events may wait to be committed before posts are answered 503.")]
    [Range(1000, 1_000_000)]
    public int QueueLimit { get; set; } = 20_000;

    [Description("How many events one commit may hold.")]
    [Range(1, 10_000)]
    public int CommitLimit { get; set; } = 1_000;
}

internal sealed class RedisOptions
{
    [Description("Redis that carries hints between nodes: host:port with options, for example redis:6379,password=... Several, separated by semicolons: independent instances that share the streams. Empty: none.")]
    [Sensitive]
    public string Connections { get; set; } = "";

    /// <summary>One configuration for each independent instance.</summary>
    internal IReadOnlyList<string> Instances => Connections.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

internal sealed class RetentionOptions
{
    [Description("How many days entries, notifications, finished deliveries and replayed dead letters are kept; a tenant may keep its own for less. Orders and their events stay. On PostgreSQL whole weeks are dropped, up to a week later.")]
    [Range(1, 3650)]
    public int Days { get; set; } = 30;

    [Description("How many days it is kept where drivers were; a tenant may keep it for less. What tracking knows of drivers and orders that have not been seen since goes too.")]
    [Range(1, 3650)]
    public int LocationDays { get; set; } = 7;
}

internal sealed class LimitsOptions
{
    [Description("How many requests a customer may make a minute, long-polls among them. 0: no limit.")]
    [Range(0, 1_000_000)]
    public int CustomerRequestsPerMinute { get; set; } = 3_000;

    [Description("How many WebSockets and event streams a customer may open a minute. 0: no limit.")]
    [Range(0, 1_000_000)]
    public int CustomerConnectsPerMinute { get; set; } = 300;

    [Description("How many tickets one caller may ask for a minute. 0: no limit.")]
    [Range(0, 1_000_000)]
    public int TicketsPerMinute { get; set; } = 300;

    [Description("How many events a tenant may post a second, on average over ten seconds. 0: no limit.")]
    [Range(0, 10_000_000)]
    public int TenantEventsPerSecond { get; set; } = 50_000;

    [Description("How many attempts with bad credentials are answered 401 for one client address a minute (IPv6: for one /64); further ones are answered 429. 0: no limit.")]
    [Range(0, 1_000_000)]
    public int FailedAuthenticationsPerMinute { get; set; } = 300;
}

internal sealed class DeliveryOptions
{
    [Description("How many deliveries this process sends at a time. Messages to many have an eighth as many places of their own.")]
    [Range(1, 256)]
    public int Concurrency { get; set; } = 64;

    [Description("How many messages to many (bulk) this process sends a second at most, so that the news of orders does not wait behind them.")]
    [Range(1, 100_000)]
    public int BulkPerSecond { get; set; } = 100;

    [Description("How many messages one customer gets on one channel in an hour, critical ones apart; further ones wait. A tenant's own setting goes before. 0: no limit.")]
    [Range(0, 100_000)]
    public int CustomerPerHour { get; set; } = 60;

    [Description("How many messages one customer gets on one channel in a day (UTC), critical ones apart; further ones wait. A tenant's own setting goes before. 0: no limit.")]
    [Range(0, 100_000)]
    public int CustomerPerDay { get; set; } = 200;

    [Description("How many messages a tenant sends on one channel a second; further ones wait. A tenant's own setting goes before. 0: no limit.")]
    [Range(0, 100_000)]
    public int TenantPerSecond { get; set; }

    [Description("How many SMS segments a tenant may send in a calendar month (UTC); further ones are not sent. A tenant's own setting goes before. 0: no limit.")]
    [Range(0, 100_000_000)]
    public int SmsSegmentsPerMonth { get; set; }

    [Description("For how long a worker has a delivery to itself. It renews this while it works; when it dies, others take over after this time.")]
    [Range(3, 300)]
    public int LeaseSeconds { get; set; } = 15;

    [Description("A secret for the hashes by which suppressed addresses are kept, so that a copy of the database alone does not tell whether an address is among them. Any long text; the same on all nodes. When it changes, what was suppressed is not found any more.")]
    [Sensitive]
    public string AddressKey { get; set; } = "";
}
