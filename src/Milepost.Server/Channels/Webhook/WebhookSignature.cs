using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Milepost.Core.Tenants;

namespace Milepost.Server.Channels.Webhook;

/// <summary>Signs requests as Standard Webhooks 1.0 says: <c>v1,base64(hmac-sha256(key, "{id}.{timestamp}.{body}"))</c>.</summary>
internal static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string Prefix = "whsec_";
    private const int KeyBytes = 32;

    /// <summary>How long the secret before the last change is signed with.</summary>
    public static readonly TimeSpan OldSecretCounts = TimeSpan.FromHours(24);

    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes));

    /// <summary>The header's value: one signature for each secret that counts, the newest first.</summary>
    public static string Of(WebhookEndpoint webhook, string id, DateTimeOffset now, ReadOnlySpan<byte> body)
    {
        var signed = Signed(id, now, body);
        var newest = Sign(webhook.Secret, signed);
        return webhook is { OldSecret: { } old, RotatedAt: { } rotated } && now < rotated + OldSecretCounts ? $"{newest} {Sign(old, signed)}" : newest;
    }

    public static string Timestamp(DateTimeOffset now) => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static byte[] Signed(string id, DateTimeOffset now, ReadOnlySpan<byte> body) => [.. Encoding.UTF8.GetBytes($"{id}.{Timestamp(now)}."), .. body];

    private static string Sign(string secret, byte[] signed) =>
        "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret[Prefix.Length..]), signed));
}
