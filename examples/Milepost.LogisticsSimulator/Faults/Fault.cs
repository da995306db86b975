namespace Milepost.LogisticsSimulator.Faults;

/// <summary>Something that goes wrong now.</summary>
/// <param name="Kind">What.</param>
/// <param name="Tenant">For whom; null = for all.</param>
/// <param name="DriverId">Of which driver, and that driver's orders; null = of all.</param>
/// <param name="Every">How often: with 3 every third location, message or answer. Null = as is usual for the kind. For a sudden close the number of messages before it.</param>
/// <param name="Seconds">How long: a slow answer, <c>Retry-After</c>, a tunnel; how wrong a clock is. Null = as is usual for the kind.</param>
public sealed record Fault(FaultKind Kind, string? Tenant = null, string? DriverId = null, int? Every = null, double? Seconds = null)
{
    internal int Frequency => Every ?? Kind switch
    {
        FaultKind.Duplicates or FaultKind.Reordering => 2,
        FaultKind.FutureTime or FaultKind.OldTime or FaultKind.ZeroPlace or FaultKind.ForeignDriver or FaultKind.WrongTypeMessage => 3,
        FaultKind.Teleport or FaultKind.MalformedMessage or FaultKind.OversizedMessage or FaultKind.SequenceGap or FaultKind.SuddenClose => 5,
        _ => 1,
    };

    internal TimeSpan Duration => TimeSpan.FromSeconds(Seconds ?? Kind switch
    {
        FaultKind.FutureTime => 600,
        FaultKind.OldTime => 3600,
        FaultKind.Tunnel or FaultKind.Slow => 30,
        _ => 1,
    });

    private bool IsOfTenant => Kind is FaultKind.StreamSilence or FaultKind.HalfOpen or FaultKind.SuddenClose or FaultKind.ResumeRefused
        or FaultKind.Refused or FaultKind.Slow or FaultKind.InternalError or FaultKind.TooMany or FaultKind.Unavailable;

    private bool CanRecur => Kind is not (FaultKind.StreamSilence or FaultKind.HalfOpen or FaultKind.ResumeRefused or FaultKind.Tunnel);

    private bool HasDuration => Kind is FaultKind.FutureTime or FaultKind.OldTime or FaultKind.Tunnel or FaultKind.Slow or FaultKind.TooMany or FaultKind.Unavailable;

    internal bool Concerns(string? tenant, string? driverId) =>
        (Tenant is null || string.Equals(Tenant, tenant, StringComparison.Ordinal)) && (DriverId is null || string.Equals(DriverId, driverId, StringComparison.Ordinal));

    /// <summary>Whether the n-th of its kind goes wrong, counted from 0.</summary>
    internal bool Hits(long n) => (n + 1) % Frequency == 0;

    /// <exception cref="InvalidSettingException">A number is out of its range, or means nothing for this kind.</exception>
    internal void Check()
    {
        if (!Enum.IsDefined(Kind))
        {
            throw new InvalidSettingException($"there is no fault {Kind}");
        }

        if (DriverId is not null && IsOfTenant)
        {
            throw new InvalidSettingException($"{FaultNames.Of(Kind)} is of a whole tenant; it cannot name a driver");
        }

        if (Every is not null && !CanRecur)
        {
            throw new InvalidSettingException($"{FaultNames.Of(Kind)} lasts; it cannot have every");
        }

        if (Seconds is not null && !HasDuration)
        {
            throw new InvalidSettingException($"{FaultNames.Of(Kind)} has no duration; it cannot have seconds");
        }

        if (Every is < 1 or > 1_000_000)
        {
            throw new InvalidSettingException($"{FaultNames.Of(Kind)}: every is {Every}; it is from 1 to 1000000");
        }

        if (Seconds is not null and not (>= 0 and <= 86_400))
        {
            throw new InvalidSettingException($"{FaultNames.Of(Kind)}: seconds is {Seconds}; it is from 0 to 86400");
        }
    }
}
