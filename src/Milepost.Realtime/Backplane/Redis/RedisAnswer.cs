namespace Milepost.Realtime.Backplane.Redis;

/// <summary>What Redis said, or that it did not.</summary>
/// <param name="IsAway">Nobody answered in time: the caller does what it does without Redis.</param>
/// <param name="Value">The answer, unless away.</param>
public readonly record struct RedisAnswer<T>(bool IsAway, T Value)
{
    /// <summary>Redis is not to be reached, or not able to serve.</summary>
    public static RedisAnswer<T> Away => new(IsAway: true, default!);
}
