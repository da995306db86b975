using Milepost.Server.Channels.Apns;
using Milepost.Server.Channels.Fcm;
using Milepost.Server.Channels.WebPush;

namespace Milepost.Server.Channels.Push;

/// <summary>What annotations cannot say about the options of pushes.</summary>
internal static class PushRules
{
    public static IEnumerable<string> Problems(WebPushOptions options)
    {
        if (options.PublicKey.Length > 0 != options.PrivateKey.Length > 0)
        {
            yield return "Channels:WebPush:PublicKey and Channels:WebPush:PrivateKey: must be set together or not at all.";
        }
        else if (options.PrivateKey.Length > 0)
        {
            // A key is a secret: it is not shown.
            var keys = VapidKeys.Parse(options.PrivateKey);
            if (keys is null)
            {
                yield return "Channels:WebPush:PrivateKey: must be 32 bytes in base64url, a private key on P-256.";
            }
            else if (keys.PublicKey != options.PublicKey.TrimEnd('='))
            {
                yield return "Channels:WebPush:PublicKey: is not the one that belongs to Channels:WebPush:PrivateKey.";
            }
        }

        if (options.Subject.Length > 0 && !options.Subject.StartsWith("mailto:", StringComparison.Ordinal) && !IsWeb(options.Subject, httpsOnly: true))
        {
            yield return $"Channels:WebPush:Subject: must be mailto:... or https://..., not '{options.Subject}'.";
        }
    }

    public static IEnumerable<string> Problems(FcmOptions options)
    {
        if (options.ServiceAccountFile.Length > 0 && FcmAccount.Problem(options.ServiceAccountFile) is { } problem)
        {
            yield return $"Channels:Fcm:ServiceAccountFile: {problem}.";
        }

        if (!IsWeb(options.BaseUrl, httpsOnly: false))
        {
            yield return $"Channels:Fcm:BaseUrl: must be an address such as {FcmOptions.Google}, not '{options.BaseUrl}'.";
        }
    }

    public static IEnumerable<string> Problems(ApnsOptions options)
    {
        if (options.BaseUrl.Length > 0 && !IsWeb(options.BaseUrl, httpsOnly: false))
        {
            yield return $"Channels:Apns:BaseUrl: must be an address such as {ApnsOptions.Production}, not '{options.BaseUrl}'.";
        }

        if (options.KeyFile.Length == 0)
        {
            yield break;
        }

        if (ApnsTokens.Problem(options.KeyFile) is { } problem)
        {
            yield return $"Channels:Apns:KeyFile: {problem}.";
        }

        foreach (var (name, value) in new[] { ("KeyId", options.KeyId), ("TeamId", options.TeamId), ("Topic", options.Topic) })
        {
            if (value.Length == 0)
            {
                yield return $"Channels:Apns:{name}: must be set when Channels:Apns:KeyFile is.";
            }
        }
    }

    private static bool IsWeb(string text, bool httpsOnly) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (!httpsOnly && address.Scheme == Uri.UriSchemeHttp));
}
