using System.Text.Json.Serialization;

namespace Milepost.Core.Customers;

/// <summary>How a device is reached.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeviceKind>))]
public enum DeviceKind
{
    /// <summary>A browser's push subscription (RFC 8030).</summary>
    [JsonStringEnumMemberName("web_push")] WebPush,

    /// <summary>Firebase Cloud Messaging.</summary>
    [JsonStringEnumMemberName("fcm")] Fcm,

    /// <summary>Apple Push Notification service.</summary>
    [JsonStringEnumMemberName("apns")] Apns,
}

/// <summary>A browser or phone that pushes go to.</summary>
public sealed record Device
{
    public const int MaxPerCustomer = 20;

    /// <summary>The caller's for phones; for browsers a hash of the endpoint. Unique for the customer.</summary>
    public required string Id { get; init; }

    public required DeviceKind Kind { get; init; }

    /// <summary>The push service's URL (web push) or the provider's token. Whoever knows it can nearly push, so it is never shown or logged.</summary>
    public required string Address { get; init; }

    /// <summary>Web push: the browser's public key (RFC 8291, <c>p256dh</c>), base64url.</summary>
    public string? PublicKey { get; init; }

    /// <summary>Web push: the authentication secret (RFC 8291, <c>auth</c>), base64url.</summary>
    public string? Secret { get; init; }

    /// <summary>Where the device is, as an IANA zone. For pushes it wins over the customer's.</summary>
    public string? TimeZone { get; init; }

    public string? Locale { get; init; }

    public required DateTimeOffset SeenAt { get; init; }

    // Records print their properties, and these are nearly credentials.
    public override string ToString() => $"{Kind} {Id}";
}
