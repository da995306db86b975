using System.Diagnostics;
using Milepost.Core.Tracking;
using Milepost.Server.Channels.Apns;
using Milepost.Server.Channels.Email;
using Milepost.Server.Channels.Fcm;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Channels.WebPush;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Routing;
using Milepost.Server.Outgoing;
using Milepost.Server.Sharing;

namespace Milepost.Server.Settings;

/// <summary>What the server runs with: read once, checked, unchanged for the life of the process.</summary>
internal sealed record ServerSettings
{
    /// <summary>The merged values, for what reads its own section (<c>Logging</c>, <c>Kestrel</c>).</summary>
    public required IConfiguration Configuration { get; init; }

    public required StorageOptions Storage { get; init; }

    public required AuthOptions Auth { get; init; }

    public required GatewayOptions Gateway { get; init; }

    public required IngestOptions Ingest { get; init; }

    public RedisOptions Redis { get; init; } = new();

    public KafkaOptions Kafka { get; init; } = new();

    public RetentionOptions Retention { get; init; } = new();

    public LimitsOptions Limits { get; init; } = new();

    public DeliveryOptions Delivery { get; init; } = new();

    public EmailOptions Email { get; init; } = new();
    public OutgoingOptions Outgoing { get; init; } = new();

    public SharingOptions Sharing { get; init; } = new();

    public WebPushOptions WebPush { get; init; } = new();

    public FcmOptions Fcm { get; init; } = new();

    public ApnsOptions Apns { get; init; } = new();

    public SmsOptions Sms { get; init; } = new();

    public LogisticsOptions Logistics { get; init; } = new();

    public RoutingOptions Routing { get; init; } = new();

    public TrackingOptions Tracking { get; init; } = TrackingOptions.Default;

    /// <summary>What this process does.</summary>
    public Roles Roles { get; init; } = Roles.All;

    /// <summary>The addresses to listen on.</summary>
    public required IReadOnlyList<string> Urls { get; init; }
}

/// <summary>One setting as it is in force, for <c>config check</c>.</summary>
/// <param name="Key">For example <c>Storage:DataDirectory</c>.</param>
/// <param name="Value">Masked when it is a secret.</param>
/// <param name="Origin">One of <see cref="SettingOrigin"/>.</param>
/// <param name="Description">What it does.</param>
internal sealed record EffectiveSetting(string Key, string Value, string Origin, string Description);

/// <summary>Where a value came from, weakest first.</summary>
internal static class SettingOrigin
{
    public const string Default = "default";
    public const string File = "appsettings.json";
    public const string Environment = "environment";
    public const string CommandLine = "command line";
}

/// <summary>The outcome of reading the settings.</summary>
internal abstract record SettingsResult
{
    private SettingsResult()
    {
    }

    public sealed record Loaded(ServerSettings Settings, IReadOnlyList<EffectiveSetting> Effective) : SettingsResult;

    /// <summary>The server must not start. Everything that is wrong, at once.</summary>
    public sealed record Refused(IReadOnlyList<string> Errors) : SettingsResult;

    public T Match<T>(Func<Loaded, T> loaded, Func<Refused, T> refused) => this switch
    {
        Loaded it => loaded(it),
        Refused it => refused(it),
        _ => throw new UnreachableException(),
    };
}
