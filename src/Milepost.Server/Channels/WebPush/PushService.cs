using System.Text;

namespace Milepost.Server.Channels.WebPush;

/// <summary>
/// The push services by name. Anybody can invent a subscription with a host of their own: those of the browsers' makers have names, all others
/// share some numbers, so that what is counted by name stays bounded.
/// </summary>
internal static class PushService
{
    private const int Others = 32;

    private static readonly (string Suffix, string Name)[] Known =
    [
        ("fcm.googleapis.com", "google"), ("android.googleapis.com", "google"), ("jmt17.google.com", "google"),
        ("push.services.mozilla.com", "mozilla"), ("push.apple.com", "apple"), ("notify.windows.com", "microsoft"),
    ];

    /// <summary>For example <c>mozilla</c> or <c>other-17</c>.</summary>
    public static string NameOf(Uri address)
    {
        var host = address.IdnHost.TrimEnd('.').ToLowerInvariant();
        foreach (var (suffix, name) in Known)
        {
            if (host == suffix || (host.EndsWith(suffix, StringComparison.Ordinal) && host[^(suffix.Length + 1)] == '.'))
            {
                return name;
            }
        }

        return $"other-{Fnv(host) % Others}";
    }

    // FNV-1a: the same in every process.
    private static uint Fnv(string host)
    {
        var hash = 2166136261u;
        foreach (var part in Encoding.UTF8.GetBytes(host))
        {
            hash = (hash ^ part) * 16777619;
        }

        return hash;
    }
}
