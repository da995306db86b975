namespace Milepost.Core.Orders;

/// <summary>What the customer thinks of a delivery.</summary>
public sealed record RatingGiven
{
    /// <summary>Counts the customer's changes of mind, from 1 on: the highest holds.</summary>
    public required int Number { get; init; }

    /// <summary>1 to 5.</summary>
    public required int Stars { get; init; }

    public string? Comment { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it says the same.</summary>
    public bool IsLike(RatingGiven other) => Stars == other.Stars && Comment == other.Comment && Tags.SequenceEqual(other.Tags, StringComparer.Ordinal);
}
