using System.Text.Json;

namespace Milepost.Protocol.Devices;

/// <summary>A browser's push subscription, as <c>PushSubscription.toJSON()</c> gives it, and where the browser is.</summary>
/// <param name="Endpoint">The push service's address for this browser; https.</param>
/// <param name="Keys">What messages are encrypted with.</param>
/// <param name="ExpirationTime">When it ends, as browsers say it; not used, since push services tell.</param>
/// <param name="TimeZone">The IANA zone that the browser is in.</param>
/// <param name="Locale">The language tag that the browser asks for.</param>
public sealed record PushSubscriptionRequest(string Endpoint, PushKeys Keys, JsonElement? ExpirationTime = null, string? TimeZone = null, string? Locale = null);

/// <summary>The keys of a push subscription (RFC 8291), base64url.</summary>
/// <param name="P256dh">The browser's public key: an uncompressed point on P-256, 65 bytes.</param>
/// <param name="Auth">The authentication secret, 16 bytes.</param>
public sealed record PushKeys(string P256dh, string Auth);

/// <summary>Names a push subscription.</summary>
/// <param name="Endpoint">Its address.</param>
public sealed record PushSubscriptionName(string Endpoint);

/// <summary>A phone's push token.</summary>
/// <param name="Kind"><c>fcm</c> or <c>apns</c>.</param>
/// <param name="Token">What the provider gave to the app.</param>
/// <param name="TimeZone">The IANA zone that the phone is in.</param>
/// <param name="Locale">The language tag that the phone asks for.</param>
public sealed record DeviceRequest(string Kind, string Token, string? TimeZone = null, string? Locale = null);

/// <summary>A browser or phone that pushes go to.</summary>
/// <param name="Id">For browsers a hash of the endpoint; for phones the app's own.</param>
/// <param name="Kind"><c>web_push</c>, <c>fcm</c> or <c>apns</c>.</param>
/// <param name="Address">Masked: for browsers the push service, for phones the token's end.</param>
/// <param name="SeenAt">When it was last registered.</param>
/// <param name="TimeZone">Where it is.</param>
/// <param name="Locale">Its language.</param>
public sealed record DeviceView(string Id, string Kind, string Address, DateTimeOffset SeenAt, string? TimeZone = null, string? Locale = null);

/// <summary>All devices of a customer, in the order in which they came.</summary>
public sealed record DevicePage(IReadOnlyList<DeviceView> Items);
