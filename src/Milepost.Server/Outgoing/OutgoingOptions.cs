using System.ComponentModel;
using Milepost.Server.Settings;

namespace Milepost.Server.Outgoing;

/// <summary>Calls to addresses that users supply: push subscriptions, webhooks.</summary>
internal sealed class OutgoingOptions
{
    [Description("Networks that are not public and may be called all the same, for example 10.20.0.0/16. Empty: addresses that users supply reach public addresses only.")]
    public IList<string> AllowPrivate { get; set; } = [];

    [Description("Whether addresses that users supply may be http. Otherwise https alone.")]
    public bool AllowHttp { get; set; }

    [Description("Ports that addresses which users supply may name beside 443 (and 80, with AllowHttp). *: all.")]
    public IList<string> Ports { get; set; } = [];

    [Description("A file (PEM) with certificates that may sign those of other servers, beside the system's. Empty: the system's alone.")]
    public string CaFile { get; set; } = "";
}
