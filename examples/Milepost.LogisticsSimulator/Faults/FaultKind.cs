namespace Milepost.LogisticsSimulator.Faults;

/// <summary>What can go wrong; on the command line and over the admin API in kebab-case, such as <c>half-open</c>.</summary>
public enum FaultKind
{
    /// <summary>Locations come twice: as the same message, and in turn as another message of the same content.</summary>
    Duplicates,

    /// <summary>A location's message comes after the one that follows it.</summary>
    Reordering,

    /// <summary>A driver is out of reach: locations are kept back and then come all at once, not in their order.</summary>
    Tunnel,

    /// <summary>A device's clock is ahead.</summary>
    FutureTime,

    /// <summary>A device's clock is behind.</summary>
    OldTime,

    /// <summary>Latitude and longitude are 0.</summary>
    ZeroPlace,

    /// <summary>A location lies 30 km away.</summary>
    Teleport,

    /// <summary>Locations are up to 150 m wrong and say so: their accuracy is 150 m.</summary>
    Jitter,

    /// <summary>A driver's locations do not come.</summary>
    Silence,

    /// <summary>Speed in kilometres per hour instead of metres per second.</summary>
    KilometersPerHour,

    /// <summary>Latitude and longitude are swapped.</summary>
    SwappedAxes,

    /// <summary>Locations of another tenant's driver come in the stream.</summary>
    ForeignDriver,

    /// <summary>The stream says nothing, not even a heartbeat, but its connections live.</summary>
    StreamSilence,

    /// <summary>The connections that are open now stay open, say nothing and answer nothing, not even a close.</summary>
    HalfOpen,

    /// <summary>Connections break after some messages, without a close frame.</summary>
    SuddenClose,

    /// <summary>A message is not JSON.</summary>
    MalformedMessage,

    /// <summary>A message has 1 MiB.</summary>
    OversizedMessage,

    /// <summary>A message has members of other types than agreed.</summary>
    WrongTypeMessage,

    /// <summary>Numbers are left out in the stream.</summary>
    SequenceGap,

    /// <summary>Nobody can resume: the answer to <c>after</c> is a gap.</summary>
    ResumeRefused,

    /// <summary>Connections are reset instead of an answer, those of the handshake too.</summary>
    Refused,

    /// <summary>Answers take long.</summary>
    Slow,

    /// <summary>Answers are 500.</summary>
    InternalError,

    /// <summary>Answers are 429 with <c>Retry-After</c>.</summary>
    TooMany,

    /// <summary>Answers are 503 with <c>Retry-After</c>.</summary>
    Unavailable,

    /// <summary>An answer is not JSON.</summary>
    MalformedAnswer,

    /// <summary>An answer has 8 MiB.</summary>
    OversizedAnswer,

    /// <summary>An answer has members of other types than agreed.</summary>
    WrongTypeAnswer,

    /// <summary>Polylines of precision 6 that do not say so.</summary>
    SilentPrecision,

    /// <summary>Polylines that end in the middle.</summary>
    TruncatedPolyline,

    /// <summary>Drivers are not known: 404.</summary>
    NoMember,

    /// <summary>No order has a route: 404.</summary>
    NoRoute,

    /// <summary>No order has an estimate: 404.</summary>
    NoEta,

    /// <summary>Answers speak of another order or driver than was asked for.</summary>
    WrongIdentity,
}
