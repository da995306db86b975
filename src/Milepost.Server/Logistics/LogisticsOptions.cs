using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Milepost.Server.Settings;

namespace Milepost.Server.Logistics;

/// <summary>The service that knows the fleet. Its address is the operator's own and may be private, unlike addresses that users supply.</summary>
internal sealed class LogisticsOptions
{
    [Description("Where the logistics service is, for example https://logistics.example. Empty: there is none. See docs/operate/tracking.md.")]
    public string BaseUrl { get; set; } = "";

    [Description("What we sign in with (a bearer token).")]
    [Sensitive]
    public string Token { get; set; } = "";

    [Description("A file that holds the token instead; read again each half minute, so that it can be replaced while the server runs.")]
    public string TokenFile { get; set; } = "";

    [Description("Tokens of single tenants, one for each entry as tenant=token; the others use Token or TokenFile.")]
    [Sensitive]
    public IList<string> TenantTokens { get; set; } = [];

    [Description("The tenants whose drivers and orders the service knows. Empty: none.")]
    public IList<string> Tenants { get; set; } = [];

    [Description("How long an answer of the service may take, in seconds.")]
    [Range(1, 60)]
    public int RequestSeconds { get; set; } = 5;

    [Description("After how many seconds without a message the location stream counts as dead.")]
    [Range(5, 300)]
    public int StreamIdleSeconds { get; set; } = 25;

    [Description("For how many minutes a driver's card is used before it is asked for again.")]
    [Range(1, 1440)]
    public int CardMinutes { get; set; } = 10;

    [Description("After how many seconds the route of an order under way is read again without being told that it changed.")]
    [Range(5, 3600)]
    public int RouteSeconds { get; set; } = 60;

    [Description("After how many seconds the estimate of an order under way is read again without being told that it changed.")]
    [Range(5, 3600)]
    public int EtaSeconds { get; set; } = 30;

    [Description("About how often drivers of whom nothing is heard are looked at, so that new estimates and routes of their orders are told, in seconds.")]
    [Range(2, 60)]
    public int SweepSeconds { get; set; } = 15;

    [Description("How many requests a second are sent for one tenant, routing engine included; what is due beyond that waits.")]
    [Range(1, 1000)]
    public int RequestsPerSecond { get; set; } = 20;

    /// <summary>Whether there is a service to ask.</summary>
    public bool IsUsed() => BaseUrl.Length > 0 && Tenants.Count > 0;
}
