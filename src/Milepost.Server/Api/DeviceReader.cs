using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Milepost.Core.Customers;
using Milepost.Core.Preferences;
using Milepost.Protocol.Errors;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Api;

/// <summary>
/// Reads what a browser or a phone registers. Fields that are not known are passed over: browsers say more than we need. The first thing that is wrong
/// is kept.
/// </summary>
internal sealed partial class DeviceReader(JsonElement body, DateTimeOffset now)
{
    private const int MaxToken = 4096;
    private const int PointBytes = 65;
    private const int SecretBytes = 16;

    /// <summary>The first mistake; null while there is none.</summary>
    public IResult? Refused { get; private set; }

    /// <summary>The endpoint of a push subscription.</summary>
    public string? Endpoint(OutgoingRules rules)
    {
        var endpoint = Text(body, "", "endpoint", required: true);
        if (endpoint is not null && OutgoingAddress.Check(endpoint, rules) is { } problem)
        {
            Refuse(ErrorCode.InvalidField, "endpoint", $"This {problem.Text()}.");
        }

        return endpoint;
    }

    /// <summary>A push subscription (W3C Push API, <c>PushSubscriptionJSON</c>). Null: see <see cref="Refused"/>.</summary>
    public Device? Subscription(OutgoingRules rules)
    {
        var endpoint = Endpoint(rules);
        if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty("keys", out var keys) || keys.ValueKind != JsonValueKind.Object)
        {
            Refuse(ErrorCode.MissingField, "keys", "The object with p256dh and auth is required.");
            keys = default;
        }

        var point = Bytes(keys, "p256dh", PointBytes, "This is a point on P-256 (65 bytes, uncompressed) as base64url.", IsPoint);
        var secret = Bytes(keys, "auth", SecretBytes, "These are 16 bytes as base64url.", _ => true);
        return Complete(endpoint is null ? "" : DeviceList.WebPushId(endpoint), DeviceKind.WebPush, endpoint, point, secret);
    }

    /// <summary>A phone's token. Null: see <see cref="Refused"/>.</summary>
    public Device? Phone(string id)
    {
        var kind = Text(body, "", "kind", required: true);
        var token = Text(body, "", "token", required: true);
        switch (kind)
        {
            case "fcm" when token is not null && (token.Length > MaxToken || token.Any(c => c is <= ' ' or > '~')):
                Refuse(ErrorCode.InvalidField, "token", $"This is a text of 1 to {MaxToken} visible ASCII characters.");
                break;
            case "apns" when token is not null && !HexToken().IsMatch(token):
                Refuse(ErrorCode.InvalidField, "token", "This is the token as 64 to 200 hexadecimal digits.");
                break;
            case not (null or "fcm" or "apns"):
                Refuse(ErrorCode.InvalidField, "kind", "This is fcm or apns; browsers register push-subscriptions.");
                break;
        }

        return kind == "apns" ? Complete(id, DeviceKind.Apns, token?.ToLowerInvariant(), null, null) : Complete(id, DeviceKind.Fcm, token, null, null);
    }

    private Device? Complete(string id, DeviceKind kind, string? address, string? publicKey, string? secret)
    {
        var zone = Text(body, "", "timeZone", required: false);
        if (zone is not null && !QuietHoursCalendar.IsZone(zone))
        {
            Refuse(ErrorCode.InvalidField, "timeZone", "This is the name of an IANA time zone, for example Europe/Berlin.");
        }

        var locale = Text(body, "", "locale", required: false);
        if (locale is not null && !LocaleTag.IsValid(locale))
        {
            Refuse(ErrorCode.InvalidField, "locale", "This is a language tag, for example de or pt-BR.");
        }

        return Refused is null
            ? new Device { Id = id, Kind = kind, Address = address!, PublicKey = publicKey, Secret = secret, TimeZone = zone, Locale = locale, SeenAt = now }
            : null;
    }

    private string? Bytes(JsonElement keys, string name, int count, string detail, Func<byte[], bool> valid)
    {
        if (Text(keys, "keys.", name, required: true) is not { } text)
        {
            return null;
        }

        // Browsers leave the padding out; some libraries put it in.
        var plain = text.TrimEnd('=');
        if (plain.Length <= count * 2 && Base64Url.IsValid(plain) && Base64Url.DecodeFromChars(plain) is var bytes && bytes.Length == count && valid(bytes))
        {
            return plain;
        }

        Refuse(ErrorCode.InvalidField, "keys." + name, detail);
        return null;
    }

    // A point that is not on the curve would give away bits of the key that answers it, and no browser could read the message.
    private static bool IsPoint(byte[] bytes)
    {
        if (bytes[0] != 4)
        {
            return false;
        }

        try
        {
            using var key = ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = bytes[1..33], Y = bytes[33..] } });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private string? Text(JsonElement parent, string path, string name, bool required)
    {
        var found = parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : (JsonElement?)null;
        if (found is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: > 0 } content)
        {
            return content;
        }

        if (found is not null)
        {
            Refuse(ErrorCode.InvalidField, path + name, "This is a text.");
        }
        else if (required)
        {
            Refuse(ErrorCode.MissingField, path + name, "This field is required.");
        }

        return null;
    }

    private void Refuse(ErrorCode code, string field, string detail) => Refused ??= Problems.Result(code, detail, field);

    [GeneratedRegex("^[0-9a-fA-F]{64,200}\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex HexToken();
}
