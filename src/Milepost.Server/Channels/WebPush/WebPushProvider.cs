using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels.Push;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.WebPush;

/// <summary>Hands pushes to the services of the browsers' makers (RFC 8030), encrypted for the browser and signed by us.</summary>
internal sealed class WebPushProvider(OutgoingHttp http, VapidTokens tokens, TimeProvider time) : IProvider
{
    // RFC 8030, 5.2 has no limit; services cut at four weeks.
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(28);

    private const int LongestId = 128;

    public string Name => "web_push";

    /// <summary>Each push service stands and falls alone.</summary>
    public string PartyOf(OutgoingMessage message) =>
        Uri.TryCreate(message.Address, UriKind.Absolute, out var address) ? PushService.NameOf(address) : Name;

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (PushKeys.Parse(message.Device?.PublicKey, message.Device?.Secret) is not { } browser)
        {
            return new SendAnswer.AddressDead("The subscription's keys are not usable.");
        }

        if (OutgoingAddress.Check(message.Address, http.Rules) is not null)
        {
            return new SendAnswer.Refused(OutgoingAnswer.AddressRefused.Text);
        }

        var address = new Uri(message.Address);
        if (Body(message, message.Text, browser) is not { } body)
        {
            return new SendAnswer.Refused("The message does not fit into a push.");
        }

        var answer = await PostAsync(message, address, body, cancellationToken);
        if (StatusOf(answer) == HttpStatusCode.RequestEntityTooLarge && Body(message, "", browser) is { } shorter && shorter.Length < body.Length)
        {
            answer = await PostAsync(message, address, shorter, cancellationToken);
        }
        else if (StatusOf(answer) == HttpStatusCode.Unauthorized)
        {
            // The token may have ended by the service's clock.
            tokens.Renew(OriginOf(address));
            answer = await PostAsync(message, address, body, cancellationToken);
        }

        return Read(answer, address);
    }

    private async Task<OutgoingAnswer> PostAsync(OutgoingMessage message, Uri address, byte[] body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.TryAddWithoutValidation("Authorization", tokens.Authorization(OriginOf(address)));
        var life = Math.Clamp((message.ExpiresAt - time.GetUtcNow()).TotalSeconds, 0, LongestLife.TotalSeconds);
        request.Headers.Add("TTL", ((long)life).ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Urgency", Urgency(message.Priority));
        if (message.CollapseKey is { } key)
        {
            request.Headers.Add("Topic", CollapseName.Of(message.Tenant, key));
        }

        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        request.Content.Headers.ContentEncoding.Add("aes128gcm");
        return await http.SendAsync(request, cancellationToken);
    }

    private SendAnswer Read(OutgoingAnswer answer, Uri address)
    {
        switch (answer)
        {
            case OutgoingAnswer.AddressRefused:
                // Not dead: a resolver that lies for an hour must not cost every subscription.
                return new SendAnswer.Refused(OutgoingAnswer.AddressRefused.Text);
            case OutgoingAnswer.NotReached missed:
                return new SendAnswer.Down(missed.Reason);
            case OutgoingAnswer.Lost lost:
                return new SendAnswer.Unknown(lost.Reason);
            case OutgoingAnswer.Answered { IsSuccess: true } taken:
                tokens.Accepted(OriginOf(address));
                return new SendAnswer.Taken(Status(taken), IdOf(taken, address));
            case OutgoingAnswer.Answered refused:
                return Refusal(refused, address);
            default:
                throw new UnreachableException();
        }
    }

    private SendAnswer Refusal(OutgoingAnswer.Answered answer, Uri address) => answer.Status switch
    {
        HttpStatusCode.NotFound or HttpStatusCode.Gone => new SendAnswer.AddressDead(Status(answer)),
        HttpStatusCode.TooManyRequests => new SendAnswer.Later(Status(answer), answer.RetryAfter(time)),

        // Microsoft's service says so when it is asked too often.
        HttpStatusCode.NotAcceptable => new SendAnswer.Later(Status(answer), answer.RetryAfter(time)),
        HttpStatusCode.RequestTimeout => new SendAnswer.Later(Status(answer)),

        // RFC 8292, 4.2: either our keys are not good, or this subscription was made for other keys (Mozilla says 401 then, others 403). A
        // service that takes messages under our keys means the second, and others must not wait for it.
        HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => tokens.IsAccepted(OriginOf(address))
            ? new SendAnswer.Refused($"{Status(answer)}: not taken for this subscription")
            : new SendAnswer.Down($"{Status(answer)}: our VAPID keys are not taken"),
        >= HttpStatusCode.InternalServerError => new SendAnswer.Later(Status(answer), answer.RetryAfter(time)),
        _ => new SendAnswer.Refused(Status(answer)),
    };

    private static byte[]? Body(OutgoingMessage message, string text, PushKeys browser)
    {
        var json = PushText.Fit(message.Title, text, PushEncryption.MaxMessage, (title, body) =>
            JsonSerializer.SerializeToUtf8Bytes(WebPushPayload.Of(message, title, body), PushJson.Compact.WebPushPayload));
        return json is null ? null : PushEncryption.Encrypt(json, browser);
    }

    // What the service says beside the number is not kept: it likes to repeat the subscription.
    private static string Status(OutgoingAnswer.Answered answer) => $"HTTP {(int)answer.Status}";

    private static HttpStatusCode? StatusOf(OutgoingAnswer answer) => (answer as OutgoingAnswer.Answered)?.Status;

    private static string OriginOf(Uri address) => address.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    private static string Urgency(NotificationPriority priority) => priority switch
    {
        NotificationPriority.Low => "low",
        NotificationPriority.Normal => "normal",
        NotificationPriority.High or NotificationPriority.Critical => "high",
        _ => throw new UnreachableException(),
    };

    // The message's own address (RFC 8030, 5) may delete it: its last part is enough to speak of it, where that is not the subscription's.
    private static string? IdOf(OutgoingAnswer.Answered answer, Uri subscription)
    {
        var location = answer.Headers.Location?.OriginalString.TrimEnd('/');
        var id = location?[(location.LastIndexOf('/') + 1)..];
        return id is { Length: > 0 and <= LongestId } && id.All(c => c is > ' ' and < '\x7f') && !subscription.OriginalString.Contains(id, StringComparison.Ordinal) ? id : null;
    }
}
