using System.Globalization;
using System.Security.Cryptography;
using Milepost.Core.Preferences;
using Milepost.Core.Tenants;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Tenants;
using Milepost.Server.Channels.Webhook;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Tenants;

/// <summary>The changes that are made to a tenant's webhooks. Each answers the new settings; null: there is no such webhook, or nothing to change.</summary>
internal static class WebhookSetup
{
    public const int MaxWebhooks = 20;
    private const int MaxTypes = 200;

    /// <summary>Null: the webhook can be had.</summary>
    public static SettingsProblem? Check(WebhookRequest request, OutgoingRules rules)
    {
        var types = request.Types ?? [];
        var wrong = Enumerable.Range(0, types.Count).FirstOrDefault(index => types[index] is not { } type || !PreferenceReader.IsTypeName(type), -1);
        return OutgoingAddress.Check(request.Url, rules) is { } problem ? new SettingsProblem(ErrorCode.InvalidField, "url", $"The address {problem.Text()}.")
            : types.Count > MaxTypes ? new SettingsProblem(ErrorCode.InvalidField, "types", $"At most {MaxTypes} notification types.")
            : wrong >= 0 ? new SettingsProblem(ErrorCode.InvalidField, string.Create(CultureInfo.InvariantCulture, $"types[{wrong}]"), $"A notification type is {PreferenceReader.TypeRule}.")
            : null;
    }

    public static WebhookEndpoint New(WebhookRequest request, DateTimeOffset now) => Set(
        new WebhookEndpoint { Id = "wh_" + RandomNumberGenerator.GetHexString(16, lowercase: true), Url = request.Url, Secret = WebhookSignature.NewSecret(), CreatedAt = now }, request);

    public static TenantSettings? Add(TenantSettings settings, WebhookEndpoint webhook) =>
        settings.Webhooks.Count < MaxWebhooks ? settings with { Webhooks = [.. settings.Webhooks, webhook] } : null;

    public static TenantSettings? Replace(TenantSettings settings, string id, WebhookRequest request) => Change(settings, id, webhook => Set(webhook, request));

    public static TenantSettings? Remove(TenantSettings settings, string id) =>
        Find(settings, id) is { } webhook ? settings with { Webhooks = [.. settings.Webhooks.Where(other => other != webhook)] } : null;

    /// <summary>Both secrets count for a day; the one before the last does not any more.</summary>
    public static TenantSettings? Rotate(TenantSettings settings, string id, string secret, DateTimeOffset now) =>
        Change(settings, id, webhook => webhook with { Secret = secret, OldSecret = webhook.Secret, RotatedAt = now });

    /// <summary>Switches off what has said that it is gone, if it is still at the address that said so.</summary>
    public static TenantSettings? SwitchOff(TenantSettings settings, string id, string url, string reason) =>
        Find(settings, id) is { Enabled: true } webhook && webhook.Url == url ? Change(settings, id, _ => webhook with { Enabled = false, OffReason = reason }) : null;

    public static WebhookEndpoint? Find(TenantSettings settings, string id) => settings.Webhooks.FirstOrDefault(webhook => webhook.Id == id);

    private static WebhookEndpoint Set(WebhookEndpoint webhook, WebhookRequest request) =>
        webhook with { Url = request.Url, Types = request.Types ?? [], Enabled = request.Enabled ?? true, OffReason = null };

    private static TenantSettings? Change(TenantSettings settings, string id, Func<WebhookEndpoint, WebhookEndpoint> change) =>
        Find(settings, id) is null ? null : settings with { Webhooks = [.. settings.Webhooks.Select(webhook => webhook.Id == id ? change(webhook) : webhook)] };
}
