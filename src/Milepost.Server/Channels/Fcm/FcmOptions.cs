using System.ComponentModel;

namespace Milepost.Server.Channels.Fcm;

/// <summary>Pushes by Firebase Cloud Messaging.</summary>
internal sealed class FcmOptions
{
    public const string Google = "https://fcm.googleapis.com";

    [Description("The file of the service account (JSON) that sends pushes by Firebase Cloud Messaging. Empty: they are kept in the outbox.")]
    public string ServiceAccountFile { get; set; } = "";

    [Description("Where Firebase Cloud Messaging is; another address for tests.")]
    public string BaseUrl { get; set; } = Google;
}
