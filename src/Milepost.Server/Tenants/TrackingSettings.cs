using Milepost.Core.Silence;
using Milepost.Core.Tenants;
using Milepost.Protocol.Tenants;
using Milepost.Protocol.Tracking;

namespace Milepost.Server.Tenants;

/// <summary>A tenant's settings of tracking, to and from the document.</summary>
internal static class TrackingSettings
{
    private const int LongestSeconds = 86_400;
    private const int MostStops = 1_000;
    private const int MostMinutes = 1_440;
    private const int MostMeters = 1_000_000;

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
        Visibility = tracking.Visibility,
        LocationDays = tracking.LocationDays,
    };

    /// <param name="tracking">What shall be.</param>
    /// <param name="mostDays">As long as the installation keeps where drivers were.</param>
    /// <param name="refuse">Is told whether a field is wrong, which one, and what would be right.</param>
    public static TenantTracking Read(TenantTrackingView tracking, int mostDays, Action<bool, string, string> refuse)
    {
        refuse(tracking.LocationDays < 1 || tracking.LocationDays > mostDays, "tracking.locationDays", $"1 to {mostDays} days: no longer than this installation keeps.");
        Check(tracking.Visibility.Customer, "customer", refuse);
        Check(tracking.Visibility.Guest, "guest", refuse);
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
            Visibility = tracking.Visibility,
            LocationDays = tracking.LocationDays,
        };
    }

    private static void Check(FieldRules? rules, string audience, Action<bool, string, string> refuse)
    {
        foreach (var field in Enum.GetValues<TrackedField>())
        {
            if (rules?.Of(field) is not { } rule)
            {
                continue;
            }

            var path = $"tracking.visibility.{audience}.{field.ToString().ToLowerInvariant()}.";
            refuse(rule.WithinStops is < 0 or > MostStops, path + "withinStops", $"0 to {MostStops} stops.");
            refuse(rule.WithinMinutes is < 0 or > MostMinutes, path + "withinMinutes", $"0 to {MostMinutes} minutes.");
            refuse(rule.WithinMeters is < 0 or > MostMeters, path + "withinMeters", $"0 to {MostMeters} metres.");
        }
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
