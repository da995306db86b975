using Milepost.Core.Etas;

namespace Milepost.Core.Tracking;

/// <summary>What became of a batch of fixes.</summary>
/// <param name="Track">The driver's new state; the same object where nothing of it changed.</param>
/// <param name="Accepted">Oldest to newest, each measured later than the one before it. Only the last one moves the marker.</param>
/// <param name="Refused">How many were not taken, by reason.</param>
/// <param name="Clamped">How many of the accepted were dated in the future.</param>
public sealed record FilteredFixes(DriverTrack Track, IReadOnlyList<LocationFix> Accepted, IReadOnlyDictionary<FixRefusal, int> Refused, int Clamped)
{
    /// <summary>Where the marker goes; null: it stays.</summary>
    public LocationFix? Newest => Accepted.Count > 0 ? Accepted[^1] : null;
}

/// <summary>
/// Takes from what a device sent what can be true. Pure; the order of the fixes within a batch does not matter. A device whose clock is ahead
/// is taken at the time of receipt, so that no date in the future keeps later fixes out. A device whose clock is behind by more than
/// <see cref="TrackingOptions.LateSeconds"/> cannot be told from one that sends late, and raises no alerts.
/// </summary>
public static class FixFilter
{
    // Fixes a moment apart differ by their noise: no speed is made of less than this.
    private const double ShortestSeconds = 1;

    /// <summary>Takes a batch of one driver's fixes.</summary>
    /// <param name="state">What is known of the driver; null at first.</param>
    /// <param name="batch">At least one fix, in any order.</param>
    /// <param name="rules">The numbers.</param>
    /// <param name="now">The time by our clock.</param>
    /// <param name="near">A place where the driver has something to do; null: none is known. By it exchanged coordinates are told from a driver who is elsewhere.</param>
    /// <exception cref="ArgumentException">The batch is empty, or tells of several drivers or of another one than the state.</exception>
    public static FilteredFixes Accept(DriverTrack? state, IReadOnlyList<LocationFix> batch, TrackingOptions rules, DateTimeOffset now, GeoPoint? near = null)
    {
        if (batch.Count == 0 || batch.Any(fix => fix.DriverId != (state?.DriverId ?? batch[0].DriverId)))
        {
            throw new ArgumentException("a batch holds fixes of one driver", nameof(batch));
        }

        var pass = new Pass(state ?? new DriverTrack { DriverId = batch[0].DriverId }, rules, now, near);
        var readings = batch.Select(fix => Read(fix, now)).OrderBy(reading => reading, Reading.Order).ToList();
        for (var index = 0; index < readings.Count; index++)
        {
            pass.Take(readings[index], index + 1 < readings.Count ? readings[index + 1] : null);
        }

        return pass.Result();
    }

    // Nothing can have been measured after it was received, nor after now.
    private static Reading Read(LocationFix fix, DateTimeOffset now)
    {
        var latest = fix.ReceivedAt < now ? fix.ReceivedAt : now;
        return new Reading(fix with
        {
            Time = fix.Time < latest ? fix.Time : latest,
            AccuracyMeters = fix.AccuracyMeters is > 0 and < double.PositiveInfinity ? fix.AccuracyMeters : null,
            HeadingDegrees = Heading(fix.HeadingDegrees),
            Quality = FixQuality.Ok,
        }, fix.Time);
    }

    // -1 is how several devices say "unknown"; 360 and more is a full turn too many.
    private static double? Heading(double? degrees) => degrees is >= 0 and < double.PositiveInfinity ? degrees % 360 : null;

    private sealed record Reading(LocationFix Fix, DateTimeOffset DeviceTime)
    {
        // A total order: the same batch gives the same result in whatever order it came. The better one of the same moment comes last.
        public static readonly IComparer<Reading> Order = Comparer<Reading>.Create(static (one, other) =>
        {
            var (left, right) = (one.Fix, other.Fix);
            ReadOnlySpan<int> differences =
            [
                left.Time.CompareTo(right.Time), one.DeviceTime.CompareTo(other.DeviceTime), Nullable.Compare(left.Sequence, right.Sequence),
                right.AssumedAccuracy().CompareTo(left.AssumedAccuracy()), left.ReceivedAt.CompareTo(right.ReceivedAt), left.At.Lat.CompareTo(right.At.Lat),
                left.At.Lon.CompareTo(right.At.Lon), Nullable.Compare(left.HeadingDegrees, right.HeadingDegrees),
                Nullable.Compare(left.SpeedMetersPerSecond, right.SpeedMetersPerSecond), string.CompareOrdinal(left.Source, right.Source),
            ];
            foreach (var difference in differences)
            {
                if (difference != 0)
                {
                    return difference;
                }
            }

            return 0;
        });

        public bool IsFuture => DeviceTime > Fix.Time;
    }

    private sealed class Pass(DriverTrack track, TrackingOptions rules, DateTimeOffset now, GeoPoint? near)
    {
        private readonly List<LocationFix> _accepted = [];
        private readonly Dictionary<FixRefusal, int> _refused = [];
        private DriverTrack _track = track;
        private int _clamped;

        public FilteredFixes Result() => new(_track, _accepted, _refused, _clamped);

        public void Take(Reading reading, Reading? next)
        {
            if (Refusal(reading, next) is { } refusal)
            {
                _refused[refusal] = _refused.GetValueOrDefault(refusal) + 1;
                return;
            }

            var fix = reading.Fix;
            var jumped = _track.Last is { } last && !Reaches(last, fix);
            if (jumped && !IsConfirmed(reading))
            {
                _track = fix.Time > _track.Candidate?.Time || _track.Candidate is null ? _track with { Candidate = fix, CandidateDeviceTime = reading.DeviceTime } : _track;
                _refused[FixRefusal.Teleport] = _refused.GetValueOrDefault(FixRefusal.Teleport) + 1;
                return;
            }

            var accepted = fix with { Quality = Quality(fix, jumped), SpeedMetersPerSecond = Speed(fix.SpeedMetersPerSecond) };
            _track = _track with
            {
                Last = accepted,
                LastDeviceTime = reading.DeviceTime,
                Candidate = null,
                CandidateDeviceTime = null,
                Speed = accepted.Quality is FixQuality.Imprecise ? _track.Speed : SpeedHistory.Step(jumped ? null : _track.Speed, accepted),
            };
            _accepted.Add(accepted);
            _clamped += reading.IsFuture ? 1 : 0;
        }

        private FixRefusal? Refusal(Reading reading, Reading? next)
        {
            var fix = reading.Fix;
            return fix switch
            {
                _ when near is { } place && Geodesy.LooksSwapped(fix.At, place) => FixRefusal.Swapped,
                _ when !fix.At.IsInRange() => FixRefusal.OutOfRange,
                _ when fix.At.IsNullIsland() => FixRefusal.NullIsland,
                _ when now - fix.Time > TimeSpan.FromSeconds(rules.TooOldSeconds) => FixRefusal.TooOld,
                _ when fix.AccuracyMeters > rules.InaccurateMeters => FixRefusal.Inaccurate,
                _ when IsRepeated(reading) => FixRefusal.Duplicate,
                _ when fix.Time < _track.Last?.Time => FixRefusal.Older,
                _ when fix.Time == _track.Last?.Time => reading.IsFuture ? FixRefusal.Future : FixRefusal.Duplicate,
                // The better one of the same moment comes next.
                _ when next is not null && next.Fix.Time == fix.Time && IsUsable(next.Fix) =>
                    reading.IsFuture && next.DeviceTime != reading.DeviceTime ? FixRefusal.Future : FixRefusal.Duplicate,
                _ => null,
            };
        }

        private bool IsUsable(LocationFix fix) =>
            fix.At.IsPlace() && !(near is { } place && Geodesy.LooksSwapped(fix.At, place)) && !(fix.AccuracyMeters > rules.InaccurateMeters);

        // Sent again: a date in the future would be another moment each time.
        private bool IsRepeated(Reading reading) =>
            _track.Last is { } last && reading.DeviceTime == _track.LastDeviceTime && reading.Fix.At == last.At;

        // The same fix once more is no second witness.
        private bool IsConfirmed(Reading reading) =>
            _track.Candidate is { } candidate && reading.Fix.Time > candidate.Time && reading.DeviceTime != _track.CandidateDeviceTime && Reaches(candidate, reading.Fix);

        // Unknown accuracies count as that of a phone in a street.
        private bool Reaches(LocationFix from, LocationFix to)
        {
            var seconds = Math.Max(ShortestSeconds, (to.Time - from.Time).TotalSeconds);
            return Geodesy.Distance(from.At, to.At) - from.AssumedAccuracy() - to.AssumedAccuracy() <= rules.MaxMetersPerSecond * seconds;
        }

        private FixQuality Quality(LocationFix fix, bool jumped) => fix switch
        {
            _ when jumped => FixQuality.Suspect,
            _ when fix.ReceivedAt - fix.Time > TimeSpan.FromSeconds(rules.LateSeconds) => FixQuality.Late,
            _ when fix.AccuracyMeters > rules.ImpreciseMeters => FixQuality.Imprecise,
            _ => FixQuality.Ok,
        };

        private double? Speed(double? speed) => speed >= 0 && speed <= rules.MaxMetersPerSecond ? speed : null;
    }
}
