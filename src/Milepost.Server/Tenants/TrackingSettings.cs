using Milepost.Core.Silence;
using Milepost.Core.Tenants;
using Milepost.Protocol.Tenants;

namespace Milepost.Server.Tenants;

/// <summary>A tenant's settings of tracking, to and from the document.</summary>
internal static class TrackingSettings
{
    private const int LongestSeconds = 86_400;

    public static TenantTrackingView View(TenantTracking tracking) => new()
    {
        Silence = new SilenceView
        {
            AcceptSeconds = Own(tracking, silence => silence.Accept),
            PickUpSeconds = Own(tracking, silence => silence.PickUp),
            StaleSeconds = Own(tracking, silence => silence.Stale),
            SilentSeconds = Own(tracking, silence => silence.Silent),
            EtaSeconds = Own(tracking, silence => silence.Eta),
            PromiseSeconds = Own(tracking, silence => silence.Promise),
        },
        LocationDays = tracking.LocationDays,
    };

    /// <param name="tracking">What shall be.</param>
    /// <param name="mostDays">As long as the installation keeps where drivers were.</param>
    /// <param name="refuse">Is told whether a field is wrong, which one, and what would be right.</param>
    public static TenantTracking Read(TenantTrackingView tracking, int mostDays, Action<bool, string, string> refuse)
    {
        refuse(tracking.LocationDays < 1 || tracking.LocationDays > mostDays, "tracking.locationDays", $"1 to {mostDays} days: no longer than this installation keeps.");
        var (silence, usual) = (tracking.Silence, SilenceSettings.Default);
        return new TenantTracking
        {
            Silence = new SilenceSettings
            {
                Accept = Time(silence.AcceptSeconds, usual.Accept, "accept", refuse),
                PickUp = Time(silence.PickUpSeconds, usual.PickUp, "pickUp", refuse),
                Stale = Time(silence.StaleSeconds, usual.Stale, "stale", refuse),
                Silent = Time(silence.SilentSeconds, usual.Silent, "silent", refuse),
                Eta = Time(silence.EtaSeconds, usual.Eta, "eta", refuse),
                Promise = Time(silence.PromiseSeconds, usual.Promise, "promise", refuse),
            },
            LocationDays = tracking.LocationDays,
        };
    }

    private static TimeSpan Time(int? seconds, TimeSpan usual, string name, Action<bool, string, string> refuse)
    {
        refuse(seconds is < 0 or > LongestSeconds, $"tracking.silence.{name}Seconds", $"0 (not by this rule) to {LongestSeconds} seconds.");
        return seconds is { } own ? TimeSpan.FromSeconds(own) : usual;
    }

    // Shown where it is not as the product does it.
    private static int? Own(TenantTracking tracking, Func<SilenceSettings, TimeSpan> time) =>
        time(tracking.Silence) is var own && own == time(SilenceSettings.Default) ? null : (int)own.TotalSeconds;
}
