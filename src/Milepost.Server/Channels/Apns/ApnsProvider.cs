using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels.Push;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.Apns;

/// <summary>Hands pushes to Apple's service (HTTP/2, signed by a token).</summary>
internal sealed class ApnsProvider(ApnsOptions options, ApnsTokens tokens, PushHttp http, TimeProvider time) : IProvider
{
    /// <summary>The largest payload.</summary>
    internal const int MaxPayload = 4096;

    private readonly Uri _base = new(options.Address.TrimEnd('/') + "/3/device/");
    private volatile bool _accepted;

    public string Name => "apns";

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        // Tokens are hexadecimal; anything else would change the path.
        if (message.Address.Length is 0 or > 512 || !message.Address.All(char.IsAsciiLetterOrDigit))
        {
            return new SendAnswer.AddressDead("The token is not one of Apple's.");
        }

        var body = PushText.Fit(message.Title, message.Text, MaxPayload, (title, text) =>
            JsonSerializer.SerializeToUtf8Bytes(ApnsPayload.Of(message, title, text), PushJson.Compact.ApnsPayload));
        if (body is null)
        {
            return new SendAnswer.Refused("The message does not fit into a push.");
        }

        var token = tokens.Get();
        var answer = await PostAsync(message, body, token, cancellationToken);
        if (answer is OutgoingAnswer.Answered refused && Reply(refused)?.Reason == "ExpiredProviderToken" && tokens.Renew(token))
        {
            answer = await PostAsync(message, body, tokens.Get(), cancellationToken);
        }

        return Read(answer, message);
    }

    private async Task<OutgoingAnswer> PostAsync(OutgoingMessage message, byte[] body, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_base, message.Address)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Authorization = new AuthenticationHeaderValue("bearer", token);
        request.Headers.Add("apns-topic", options.Topic);
        request.Headers.Add("apns-push-type", "alert");
        request.Headers.Add("apns-id", IdOf(message).ToString("D"));
        request.Headers.Add("apns-expiration", Math.Max(0, message.ExpiresAt.ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("apns-priority", message.Priority is NotificationPriority.High or NotificationPriority.Critical ? "10" : "5");
        if (message.CollapseKey is { } key)
        {
            request.Headers.Add("apns-collapse-id", CollapseName.Of(message.Tenant, key));
        }

        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await http.SendAsync(request, cancellationToken);
    }

    private SendAnswer Read(OutgoingAnswer answer, OutgoingMessage message)
    {
        switch (answer)
        {
            case OutgoingAnswer.AddressRefused or OutgoingAnswer.NotReached:
                return new SendAnswer.Down((answer as OutgoingAnswer.NotReached)?.Reason ?? OutgoingAnswer.AddressRefused.Text);
            case OutgoingAnswer.Lost lost:
                return new SendAnswer.Unknown(lost.Reason);
            case OutgoingAnswer.Answered { IsSuccess: true } taken:
                _accepted = true;
                return new SendAnswer.Taken(ServiceWord.Text((int)taken.Status, null), IdOf(message).ToString("D"));
            case OutgoingAnswer.Answered refused:
                return Refusal(refused, message);
            default:
                throw new UnreachableException();
        }
    }

    private SendAnswer Refusal(OutgoingAnswer.Answered answer, OutgoingMessage message)
    {
        var reply = Reply(answer);
        var text = ServiceWord.Text((int)answer.Status, reply?.Reason);
        switch (reply?.Reason)
        {
            // Since when the token is not valid: one that was registered again after that is.
            case "Unregistered" or "ExpiredToken":
                return reply.Timestamp is { } since && message.Device is { } device && device.SeenAt.ToUnixTimeMilliseconds() > since
                    ? new SendAnswer.Refused($"{text}: but registered again since")
                    : new SendAnswer.AddressDead(text);

            // A wrong Sandbox or Topic of ours answers the same for every device there is: until Apple has taken one push nobody is given up.
            case "BadDeviceToken" or "DeviceTokenNotForTopic":
                return _accepted ? new SendAnswer.AddressDead(text) : new SendAnswer.Refused($"{text}: and nothing was taken so far");

            // Of this one device.
            case "TooManyRequests":
                return new SendAnswer.Later(text, answer.RetryAfter(time));

            // The next update is due when the token is 20 minutes old.
            case "TooManyProviderTokenUpdates":
                return new SendAnswer.Down(text, answer.RetryAfter(time) ?? ApnsTokens.AtMostEvery);
            case "BadTopic" or "MissingTopic" or "TopicDisallowed" or "BadPath":
                return new SendAnswer.Down(text);
            case "IdleTimeout":
                return new SendAnswer.Later(text);
            default:
                return answer.Status switch
                {
                    // Certificates, tokens and keys that are not good: BadCertificate, ExpiredProviderToken, Forbidden, InvalidProviderToken ...
                    HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized or HttpStatusCode.NotFound => new SendAnswer.Down(text),
                    HttpStatusCode.Gone => new SendAnswer.AddressDead(text),
                    HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => new SendAnswer.Later(text, answer.RetryAfter(time)),
                    _ => new SendAnswer.Refused(text),
                };
        }
    }

    /// <summary>The same for every attempt of a delivery (RFC 9562, version 8).</summary>
    internal static Guid IdOf(OutgoingMessage message)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{message.Tenant}\n{message.DeliveryId}")).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    private static ApnsReply? Reply(OutgoingAnswer.Answered answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, PushJson.Compact.ApnsReply);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
