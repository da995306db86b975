namespace Milepost.Server.Logistics.Stream;

/// <summary>How long to wait before connecting again: jittered over the whole span, which doubles from 1 s to 30 s.</summary>
internal static class StreamBackoff
{
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <param name="failures">How many connections in a row have not lasted, from 1 on.</param>
    /// <param name="chance">From 0 to below 1.</param>
    public static TimeSpan Delay(int failures, double chance)
    {
        var span = TimeSpan.FromTicks(Math.Min(Longest.Ticks, Shortest.Ticks << Math.Clamp(failures, 1, 10)));
        return Shortest + ((span - Shortest) * chance);
    }
}
