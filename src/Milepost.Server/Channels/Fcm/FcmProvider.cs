using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Apis.Auth.OAuth2.Responses;
using Milepost.Server.Channels.Push;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.Fcm;

/// <summary>Hands pushes to Firebase Cloud Messaging (HTTP v1).</summary>
internal sealed class FcmProvider(FcmAccount account, string baseUrl, FcmTokens tokens, PushHttp http, TimeProvider time) : IProvider
{
    /// <summary>As much a message may hold.</summary>
    internal const int MaxMessage = 4096;

    // FCM's documentation, "429": wait a minute where nothing else is said.
    private static readonly TimeSpan QuotaWait = TimeSpan.FromMinutes(1);

    private readonly Uri _address = new($"{baseUrl.TrimEnd('/')}/v1/projects/{Uri.EscapeDataString(account.ProjectId)}/messages:send");
    private volatile bool _accepted;

    public string Name => "fcm";

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var body = PushText.Fit(message.Title, message.Text, MaxMessage, (title, text) =>
            JsonSerializer.SerializeToUtf8Bytes(FcmRequest.Of(message, title, text, now), PushJson.Compact.FcmRequest));
        if (body is null)
        {
            return new SendAnswer.Refused("The message does not fit into a push.");
        }

        try
        {
            var answer = await PostAsync(body, cancellationToken);
            if (answer is OutgoingAnswer.Answered { Status: HttpStatusCode.Unauthorized } refused && Error(refused)?.Word is not "THIRD_PARTY_AUTH_ERROR")
            {
                await tokens.RenewAsync(cancellationToken);
                answer = await PostAsync(body, cancellationToken);
            }

            return Read(answer);
        }
        catch (TokenResponseException failure)
        {
            // Before the message was sent, or instead of it.
            return new SendAnswer.Down($"Google gives no token: {ServiceWord.Text((int)(failure.StatusCode ?? HttpStatusCode.BadGateway), failure.Error?.Error)}");
        }
        catch (HttpRequestException)
        {
            return new SendAnswer.Down("Google's token service cannot be reached.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The exchange itself reports its own end; this is the token's.
            return new SendAnswer.Down("Google's token service did not answer in time.");
        }
    }

    private async Task<OutgoingAnswer> PostAsync(byte[] body, CancellationToken cancellationToken)
    {
        var token = await tokens.GetAsync(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" };
        return await http.SendAsync(request, cancellationToken);
    }

    private SendAnswer Read(OutgoingAnswer answer)
    {
        switch (answer)
        {
            case OutgoingAnswer.AddressRefused or OutgoingAnswer.NotReached:
                return new SendAnswer.Down((answer as OutgoingAnswer.NotReached)?.Reason ?? OutgoingAnswer.AddressRefused.Text);
            case OutgoingAnswer.Lost lost:
                return new SendAnswer.Unknown(lost.Reason);
            case OutgoingAnswer.Answered { IsSuccess: true } taken:
                _accepted = true;
                return new SendAnswer.Taken(ServiceWord.Text((int)taken.Status, null), Reply(taken)?.Name);
            case OutgoingAnswer.Answered refused:
                return Refusal(refused);
            default:
                throw new UnreachableException();
        }
    }

    private SendAnswer Refusal(OutgoingAnswer.Answered answer)
    {
        var error = Error(answer);
        var text = ServiceWord.Text((int)answer.Status, error?.Word);
        return (error?.Word, answer.Status) switch
        {
            ("UNREGISTERED", _) => new SendAnswer.AddressDead(text),
            ("INVALID_ARGUMENT", _) when error!.IsAboutToken => new SendAnswer.AddressDead(text),
            ("INVALID_ARGUMENT", _) => new SendAnswer.Refused(text),
            ("QUOTA_EXCEEDED", _) or (_, HttpStatusCode.TooManyRequests) => new SendAnswer.Later(text, answer.RetryAfter(time) ?? QuotaWait),

            // The token belongs to another project, or our account does. Once a message was taken it can only be the token; it may be good for
            // an account that comes back, so it is not called dead.
            ("SENDER_ID_MISMATCH", _) when _accepted => new SendAnswer.Refused(text),
            (_, HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound) => new SendAnswer.Down(text),
            (_, >= HttpStatusCode.InternalServerError) => new SendAnswer.Later(text, answer.RetryAfter(time)),
            _ => new SendAnswer.Refused(text),
        };
    }

    private static FcmError? Error(OutgoingAnswer.Answered answer) => Reply(answer)?.Error;

    // Something between us and FCM may answer in its stead, with anything.
    private static FcmReply? Reply(OutgoingAnswer.Answered answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer.Body.Span, PushJson.Compact.FcmReply);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
