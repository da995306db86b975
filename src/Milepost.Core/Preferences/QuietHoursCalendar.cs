using System.Collections.Frozen;
using Milepost.Protocol.Preferences;
using NodaTime;
using NodaTime.Text;
using NodaTime.TimeZones;

namespace Milepost.Core.Preferences;

/// <summary>Whether it is quiet, and until when.</summary>
/// <param name="Quiet">A message that makes a noise should not go out now.</param>
/// <param name="Until">
/// The first instant that is not quiet, always behind now. Null where it is quiet and stays so for the next <see cref="QuietHoursCalendar.Horizon"/>:
/// there is no end to wait for, so what would wait is dropped, and the inbox has it.
/// </param>
public readonly record struct QuietState(bool Quiet, DateTimeOffset? Until)
{
    public static readonly QuietState Loud = new(Quiet: false, null);
}

/// <summary>
/// Quiet hours on the time line. A window is a begin and an end on the clock of a zone; between the two instants that these mean it is quiet, whatever
/// the clock does meanwhile. Where clocks are put forward, a time in the skipped hour means the first instant behind it. Where they are put back, a
/// window begins at the first of the two instants and ends at the second: rather too long than a noise in the night. Windows may touch and overlap.
/// </summary>
public static class QuietHoursCalendar
{
    /// <summary>How far ahead an end is looked for: longer than a week, so that whoever has any loud minute in the week has an end.</summary>
    public static readonly TimeSpan Horizon = TimeSpan.FromDays(8);

    /// <summary>The version of the time zone data (IANA tzdata, for example <c>2026a</c>). When it changes, ends that were computed before may be wrong.</summary>
    public static string TzdataVersion { get; } = TzdbDateTimeZoneSource.Default.TzdbVersion;

    private static readonly LocalTimePattern Clock = LocalTimePattern.CreateWithInvariantCulture("HH':'mm");

    private static readonly ZoneLocalMappingResolver Begin = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);
    private static readonly ZoneLocalMappingResolver End = Resolvers.CreateMappingResolver(Resolvers.ReturnLater, Resolvers.ReturnStartOfIntervalAfter);

    // The provider itself would also take offsets ("UTC+03"), which are no zones.
    private static readonly FrozenSet<string> Zones = DateTimeZoneProviders.Tzdb.Ids.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the name is one of an IANA time zone, in its exact spelling.</summary>
    public static bool IsZone(string name) => Zones.Contains(name);

    /// <summary>Whether it is quiet at <paramref name="now"/>. Never fails: a zone that is not known is UTC, a window that cannot be read is none.</summary>
    /// <param name="quiet">Null: never quiet. Its channels and types are not looked at.</param>
    /// <param name="ianaZone">For example <c>Europe/Berlin</c>.</param>
    /// <param name="now">The instant in question.</param>
    public static QuietState Check(QuietHours? quiet, string ianaZone, DateTimeOffset now)
    {
        if (quiet is not { Enabled: true, Days.Count: > 0 })
        {
            return QuietState.Loud;
        }

        var zone = IsZone(ianaZone) ? DateTimeZoneProviders.Tzdb[ianaZone] : DateTimeZone.Utc;
        var start = Instant.FromDateTimeOffset(now);
        var last = start + Duration.FromTimeSpan(Horizon);
        var until = start;
        while (EndOfQuiet(quiet.Days, zone, until) is { } end)
        {
            if (end > last)
            {
                return new QuietState(Quiet: true, null);
            }

            until = end;
        }

        return until == start ? QuietState.Loud : new QuietState(Quiet: true, until.ToDateTimeOffset());
    }

    // The latest end of the windows that the instant lies in; null: it lies in none.
    private static Instant? EndOfQuiet(IReadOnlyDictionary<string, IReadOnlyList<QuietWindow>> days, DateTimeZone zone, Instant at)
    {
        var today = at.InZone(zone).Date;
        Instant? latest = null;

        // Clocks that are put back around midnight bring a day back whose successor has begun; a skipped day lengthens the one before it.
        for (var offset = -2; offset <= 1; offset++)
        {
            var date = today.PlusDays(offset);
            if (!days.TryGetValue(WeekdayNames.Of(date.DayOfWeek), out var windows))
            {
                continue;
            }

            foreach (var window in windows)
            {
                if (Interval(window, date, zone) is var (begin, end) && begin <= at && at < end && (latest is null || end > latest))
                {
                    latest = end;
                }
            }
        }

        return latest;
    }

    private static (Instant Begin, Instant End)? Interval(QuietWindow window, LocalDate date, DateTimeZone zone)
    {
        if (!TryClock(window.From, out var from) || !TryClock(window.To, out var to))
        {
            return null;
        }

        var begin = zone.ResolveLocal(date + from, Begin).ToInstant();
        var end = zone.ResolveLocal((to <= from ? date.PlusDays(1) : date) + to, End).ToInstant();
        return (begin, end);
    }

    /// <summary>Reads <c>HH:mm</c>, 00:00 to 23:59.</summary>
    internal static bool TryClock(string text, out LocalTime time) => Clock.Parse(text).TryGetValue(default, out time);
}
