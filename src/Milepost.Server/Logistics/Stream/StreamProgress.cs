using System.Globalization;

namespace Milepost.Server.Logistics.Stream;

/// <summary>How far a tenant's stream was read: what is given to the service as <c>after</c>, and left for the next holder of the lease.</summary>
internal sealed class StreamProgress
{
    // A number so far beyond the last one is a mistake of the service, and resuming from it would lose everything until it is reached.
    private const long Leap = 1_000_000;
    private const long Unknown = -1;

    private long _last = Unknown;

    /// <summary>What another holder has left; anything else than a number counts as nothing.</summary>
    public StreamProgress(string left)
    {
        if (long.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var last))
        {
            _last = last;
        }
    }

    /// <summary>The number of the last message that was handed on; null: none.</summary>
    public long? Last => Interlocked.Read(ref _last) is var last && last != Unknown ? last : null;

    /// <summary>For the next holder.</summary>
    public string Text => Last?.ToString(CultureInfo.InvariantCulture) ?? "";

    /// <summary>The service says where it stands. It counts anew when it stands behind us.</summary>
    /// <returns>Whether something may have been missed for ever.</returns>
    public bool Begin(long newest)
    {
        if (Last is { } last && last <= newest)
        {
            return false;
        }

        var anew = Last is not null;
        Interlocked.Exchange(ref _last, newest);
        return anew;
    }

    /// <summary>A message was handed on.</summary>
    /// <returns>How many numbers before it never came; null: its number cannot be, and it is not counted.</returns>
    public long? Advance(long sequence)
    {
        if (Last is not { } last)
        {
            Interlocked.Exchange(ref _last, sequence);
            return 0;
        }

        if (sequence - last > Leap)
        {
            return null;
        }

        if (sequence <= last)
        {
            return 0;
        }

        Interlocked.Exchange(ref _last, sequence);
        return sequence - last - 1;
    }

    /// <summary>The numbers up to this one will not come.</summary>
    public void Skip(long to) => Interlocked.Exchange(ref _last, Math.Max(to, Last ?? 0));
}
