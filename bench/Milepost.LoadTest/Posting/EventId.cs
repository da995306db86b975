using System.Globalization;

namespace Milepost.LoadTest.Posting;

/// <summary>What an event's id says: <c>lt.{run}.{number}.{phase}{due}</c>.</summary>
/// <param name="Number">Its number in the run.</param>
/// <param name="Due">When it was to be sent, on the machine's monotonic clock.</param>
/// <param name="Phase">Its part of the run.</param>
internal readonly record struct EventId(long Number, long Due, Phase Phase)
{
    /// <summary>One letter for each <see cref="Posting.Phase"/>, in their order.</summary>
    public static ReadOnlySpan<byte> Letters => "wmsb"u8;

    public static bool TryParse(ReadOnlySpan<char> id, string run, out EventId parsed)
    {
        parsed = default;
        if (!id.StartsWith("lt.") || id.Length < run.Length + 7 || !id[3..].StartsWith(run) || id[3 + run.Length] != '.')
        {
            return false;
        }

        var rest = id[(4 + run.Length)..];
        var dot = rest.IndexOf('.');
        if (dot < 0 || dot + 2 >= rest.Length
            || !long.TryParse(rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || Letters.IndexOf((byte)rest[dot + 1]) is var phase && phase < 0
            || !long.TryParse(rest[(dot + 2)..], NumberStyles.None, CultureInfo.InvariantCulture, out var due))
        {
            return false;
        }

        parsed = new EventId(number, due, (Phase)phase);
        return true;
    }
}
