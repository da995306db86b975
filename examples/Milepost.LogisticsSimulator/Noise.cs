namespace Milepost.LogisticsSimulator;

/// <summary>Chance without memory: the same numbers give the same result, so the world can be asked for any moment again.</summary>
internal static class Noise
{
    public const int Doors = 1;
    public const int Lights = 2;
    public const int Jams = 3;
    public const int Service = 4;
    public const int Measuring = 5;
    public const int Jitter = 6;
    public const int Start = 7;
    public const int Errands = 8;
    public const int Phase = 9;

    /// <summary>From 0 to below 1; <paramref name="use"/> keeps different uses of the same numbers apart.</summary>
    public static double Unit(int seed, int use, long a, long b) => (Mix(Mix(Mix(Mix((ulong)seed) ^ (ulong)use) ^ (ulong)a) ^ (ulong)b) >> 11) * (1.0 / (1UL << 53));

    /// <summary>The same number for the same text in every process (FNV-1a).</summary>
    public static long Of(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return (long)hash;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014).</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
