using System.Globalization;
using Milepost.Core.Tenants;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.Sms;

/// <summary>Sends SMS by one account (POST Messages.json of Twilio's API, version 2010-04-01).</summary>
internal sealed class TwilioProvider(TwilioAccount account, SmsOptions options, SmsCallback callback, ITenantCatalog tenants, HttpClient http, TimeProvider time) : IProvider
{
    public const int MaxSegments = 10;

    // What the API takes for ValidityPeriod.
    private static readonly TimeSpan ShortestValidity = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestValidity = TimeSpan.FromSeconds(36_000);

    public string Name => account.Name;

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var text = SmsWriting.Plain(message.Text);
        if (Refuse(message, text) is { } refused)
        {
            return refused;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, account.Messages) { Content = new FormUrlEncodedContent(Fields(message, text)) };
        request.Headers.Authorization = account.Authorization;
        request.Headers.Accept.ParseAdd("application/json");
        return TwilioTable.Of(await HttpExchange.SendAsync(http, request, time, cancellationToken), time);
    }

    private SendAnswer? Refuse(OutgoingMessage message, string text)
    {
        if (!CallingCodes.IsNumber(message.Address))
        {
            return new SendAnswer.AddressDead("This is not a number in E.164 (+ and 7 to 15 digits).");
        }

        if (!CallingCodes.Allow([.. options.Countries], message.Address))
        {
            return new SendAnswer.Refused("The installation sends no SMS to this country (Channels:Sms:Countries).");
        }

        if (!CallingCodes.Allow(tenants.Of(message.Tenant).Limits.SmsCountries, message.Address))
        {
            return new SendAnswer.Refused("The tenant sends no SMS to this country (limits.smsCountries).");
        }

        var segments = SmsSegments.Count(text);
        return text.Length == 0 ? new SendAnswer.Refused("The text is empty.")
            : segments > MaxSegments ? new SendAnswer.Refused(string.Create(CultureInfo.InvariantCulture, $"The text has {segments} segments; at most {MaxSegments} are sent."))
            : null;
    }

    private IEnumerable<KeyValuePair<string, string>> Fields(OutgoingMessage message, string text)
    {
        yield return new("To", message.Address);
        yield return account.Service is { } service ? new("MessagingServiceSid", service) : new("From", account.From!);
        yield return new("Body", text);
        var left = message.ExpiresAt - time.GetUtcNow();
        yield return new("ValidityPeriod", Math.Clamp((long)left.TotalSeconds, (long)ShortestValidity.TotalSeconds, (long)LongestValidity.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        if (callback.For(message.Tenant, message.DeliveryId) is { } address)
        {
            yield return new("StatusCallback", address);
        }
    }
}
