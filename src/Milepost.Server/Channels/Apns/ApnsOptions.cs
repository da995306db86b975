using System.ComponentModel;

namespace Milepost.Server.Channels.Apns;

/// <summary>Pushes by the Apple Push Notification service.</summary>
internal sealed class ApnsOptions
{
    public const string Production = "https://api.push.apple.com";
    public const string Development = "https://api.sandbox.push.apple.com";

    [Description("The file of the key (.p8) that signs pushes by Apple's service. Empty: they are kept in the outbox.")]
    public string KeyFile { get; set; } = "";

    [Description("The key's id, 10 characters.")]
    public string KeyId { get; set; } = "";

    [Description("The id of the developer team, 10 characters.")]
    public string TeamId { get; set; } = "";

    [Description("The app's bundle id.")]
    public string Topic { get; set; } = "";

    [Description("Whether devices run development builds of the app.")]
    public bool Sandbox { get; set; }

    [Description("Where Apple's service is; empty: where Sandbox says. Another address for tests.")]
    public string BaseUrl { get; set; } = "";

    internal string Address => BaseUrl.Length > 0 ? BaseUrl : Sandbox ? Development : Production;
}
