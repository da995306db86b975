using Milepost.LogisticsSimulator.Faults;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>What is expected of each fault.</summary>
internal static class Expectations
{
    private const string Fixes = "milepost_fix_received_total";
    private const string PassedOver = "milepost_logistics_stream_refused_total";
    private const string Missed = "milepost_logistics_stream_missed_total";
    private const string Ended = "milepost_logistics_stream_ended_total";
    private const string Asked = "milepost_logistics_requests_total";

    /// <summary>Faults of single places: only the places that can be true are shown.</summary>
    public static readonly IReadOnlyDictionary<FaultKind, Expectation> Places = new Dictionary<FaultKind, Expectation>
    {
        [FaultKind.Duplicates] = Of(Strike.OfDriver(FaultKind.Duplicates, every: 1) with { Counted = $"{Fixes}{{result=\"duplicate\"}}" }),
        [FaultKind.Reordering] = Of(Strike.OfDriver(FaultKind.Reordering)),
        [FaultKind.Tunnel] = Of(Strike.OfDriver(FaultKind.Tunnel, seconds: 1) with { GoesOn = false }),

        // A clock that is ahead is put to the time of receipt, always and now and then.
        [FaultKind.FutureTime] = Of(Strike.OfDriver(FaultKind.FutureTime), Strike.OfDriver(FaultKind.FutureTime, every: 1)),
        [FaultKind.OldTime] = Of(
            Strike.OfDriver(FaultKind.OldTime, seconds: 600) with { Counted = $"{Fixes}{{result=\"older\"}}" },
            Strike.OfDriver(FaultKind.OldTime, seconds: 7_200) with { Counted = $"{Fixes}{{result=\"too_old\"}}" },
            Strike.OfDriver(FaultKind.OldTime, every: 1, seconds: 600) with { Counted = $"{Fixes}{{result=\"older\"}}", GoesOn = false }),
        [FaultKind.ZeroPlace] = Of(
            Strike.OfDriver(FaultKind.ZeroPlace) with { Counted = $"{Fixes}{{result=\"null_island\"}}" },
            Strike.OfDriver(FaultKind.ZeroPlace, every: 1) with { Counted = $"{Fixes}{{result=\"null_island\"}}", GoesOn = false }),
        [FaultKind.Teleport] = Of(
            Strike.OfDriver(FaultKind.Teleport) with { Counted = $"{Fixes}{{result=\"teleport\"}}" },
            Strike.OfDriver(FaultKind.Teleport, every: 2) with { Counted = $"{Fixes}{{result=\"teleport\"}}" }),

        // Wrong by as much as they say: that is where the driver is seen.
        [FaultKind.Jitter] = Of(Strike.OfDriver(FaultKind.Jitter)) with { MetersOff = 170 },
        [FaultKind.Silence] = Of(Strike.OfDriver(FaultKind.Silence) with { GoesOn = false, Counted = "milepost_silence_events_total{word=\"stale\"}" }) with { Stale = true },
        [FaultKind.KilometersPerHour] = Of(Strike.OfDriver(FaultKind.KilometersPerHour)),
        [FaultKind.SwappedAxes] = Of(
            Strike.OfDriver(FaultKind.SwappedAxes, every: 3) with { Counted = $"{Fixes}{{result=\"swapped\"}}" },
            Strike.OfDriver(FaultKind.SwappedAxes) with { Counted = $"{Fixes}{{result=\"swapped\"}}", GoesOn = false }),
        [FaultKind.ForeignDriver] = Of(Strike.OfDriver(FaultKind.ForeignDriver, every: 1)),
    };

    /// <summary>Faults of the stream: it is read again, and what cannot be read costs itself alone.</summary>
    public static readonly IReadOnlyDictionary<FaultKind, Expectation> Streams = new Dictionary<FaultKind, Expectation>
    {
        [FaultKind.StreamSilence] = Of(Strike.OfTenant(FaultKind.StreamSilence) with { GoesOn = false, Counted = $"{Ended}{{reason=\"idle\"}}" }) with { Stale = true },
        [FaultKind.HalfOpen] = Of(Strike.OfTenant(FaultKind.HalfOpen) with { Counted = $"{Ended}{{reason=\"idle\"}}" }),
        [FaultKind.SuddenClose] = Of(Strike.OfTenant(FaultKind.SuddenClose) with { Counted = $"{Ended}{{reason=\"failed\"}}" }),
        [FaultKind.MalformedMessage] = Of(
            Strike.OfDriver(FaultKind.MalformedMessage) with { Counted = $"{PassedOver}{{reason=\"json\"}}" },
            Strike.OfDriver(FaultKind.MalformedMessage, every: 1) with { Counted = $"{PassedOver}{{reason=\"json\"}}", GoesOn = false }),
        [FaultKind.OversizedMessage] = Of(Strike.OfDriver(FaultKind.OversizedMessage) with { Counted = $"{PassedOver}{{reason=\"size\"}}" }),
        [FaultKind.WrongTypeMessage] = Of(
            Strike.OfDriver(FaultKind.WrongTypeMessage) with { Counted = PassedOver },
            Strike.OfDriver(FaultKind.WrongTypeMessage, every: 1) with { Counted = $"{PassedOver}{{reason=\"lat\"}}", GoesOn = false }),
        [FaultKind.SequenceGap] = Of(Strike.OfDriver(FaultKind.SequenceGap) with { Counted = Missed }),
        [FaultKind.ResumeRefused] = Of(Strike.OfTenant(FaultKind.ResumeRefused).And(FaultKind.SuddenClose, every: 3) with { Counted = Missed }),
    };

    /// <summary>Faults of answers: what was known stays, or there is none; places are shown, once it is known who is next.</summary>
    public static readonly IReadOnlyDictionary<FaultKind, Expectation> Answers = new Dictionary<FaultKind, Expectation>
    {
        [FaultKind.Refused] = Unusable(FaultKind.Refused, "away"),
        [FaultKind.Slow] = Unusable(FaultKind.Slow, "away"),
        [FaultKind.InternalError] = Unusable(FaultKind.InternalError, "away"),
        [FaultKind.TooMany] = Unusable(FaultKind.TooMany, "away"),
        [FaultKind.Unavailable] = Unusable(FaultKind.Unavailable, "away"),
        [FaultKind.MalformedAnswer] = Unusable(FaultKind.MalformedAnswer, "refused"),
        [FaultKind.OversizedAnswer] = Unusable(FaultKind.OversizedAnswer, "refused"),
        [FaultKind.WrongTypeAnswer] = Unusable(FaultKind.WrongTypeAnswer, "refused"),
        [FaultKind.WrongIdentity] = Unusable(FaultKind.WrongIdentity, "refused"),
        [FaultKind.SilentPrecision] = Of(Strike.OfTenant(FaultKind.SilentPrecision)),
        [FaultKind.TruncatedPolyline] = Of(Strike.OfTenant(FaultKind.TruncatedPolyline) with { Counted = "milepost_route_refused_total" }) with { Route = Known.Kept },
        [FaultKind.NoMember] = Of(Strike.OfTenant(FaultKind.NoMember) with { Counted = $"{Asked}{{what=\"driver\",outcome=\"none\"}}" }) with { Card = Known.None },
        [FaultKind.NoRoute] = Of(Strike.OfTenant(FaultKind.NoRoute) with { Counted = $"{Asked}{{what=\"route\",outcome=\"none\"}}" }) with { Route = Known.None },
        [FaultKind.NoEta] = Of(Strike.OfTenant(FaultKind.NoEta) with { Counted = $"{Asked}{{what=\"eta\",outcome=\"none\"}}" }) with { Eta = Known.None },
    };

    private static Expectation Of(params Strike[] strikes) => new() { Strikes = strikes };

    private static Expectation Unusable(FaultKind fault, string outcome) =>
        Of(Strike.OfTenant(fault) with { Counted = $"{Asked}{{outcome=\"{outcome}\"}}" }) with { Card = Known.Kept, Route = Known.Kept, Eta = Known.Kept };
}
