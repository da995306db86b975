using System.ComponentModel;
using Milepost.Server.Settings;

namespace Milepost.Server.Channels.WebPush;

/// <summary>Pushes to browsers.</summary>
internal sealed class WebPushOptions
{
    [Description("The public VAPID key (RFC 8292): 65 bytes in base64url. Empty with sqlite: a pair is made and kept in the data directory. Empty with postgres: no web push, since all nodes must have one pair.")]
    public string PublicKey { get; set; } = "";

    [Description("The private VAPID key: 32 bytes in base64url.")]
    [Sensitive]
    public string PrivateKey { get; set; } = "";

    [Description("Whom a push service may ask about us: mailto:... or https://... Empty: Gateway:PublicUrl, where it is https. Apple demands one.")]
    public string Subject { get; set; } = "";
}
