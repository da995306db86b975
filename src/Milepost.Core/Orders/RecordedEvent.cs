using Milepost.Core.Notifications;
using Milepost.Protocol.Orders;

namespace Milepost.Core.Orders;

/// <summary>The identity of an event, unique for as long as the data is kept (CloudEvents 1.0, "id": source + id).</summary>
public readonly record struct EventIdentity(string Tenant, string Source, string Id);

/// <summary>The place of an event among the events of its order: by time, then by source and id, so that every node sorts alike.</summary>
public readonly record struct EventKey(DateTimeOffset Time, string Source, string Id) : IComparable<EventKey>
{
    public int CompareTo(EventKey other)
    {
        var byTime = Time.UtcTicks.CompareTo(other.Time.UtcTicks);
        if (byTime != 0)
        {
            return byTime;
        }

        var bySource = string.CompareOrdinal(Source, other.Source);
        return bySource != 0 ? bySource : string.CompareOrdinal(Id, other.Id);
    }

    public static bool operator <(EventKey left, EventKey right) => left.CompareTo(right) < 0;

    public static bool operator >(EventKey left, EventKey right) => left.CompareTo(right) > 0;

    public static bool operator <=(EventKey left, EventKey right) => left.CompareTo(right) <= 0;

    public static bool operator >=(EventKey left, EventKey right) => left.CompareTo(right) >= 0;
}

/// <summary>What an event says of a customer. Absent fields say nothing.</summary>
public sealed record CustomerProfile
{
    public required string Id { get; init; }

    public string? Name { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? Locale { get; init; }

    public string? TimeZone { get; init; }
}

/// <summary>An event as it is recorded: checked, in our own words, with nothing left to interpret.</summary>
public sealed record RecordedEvent
{
    public required string Tenant { get; init; }

    public required string Source { get; init; }

    public required string Id { get; init; }

    public required string Type { get; init; }

    /// <summary>The order's id, or for customer events the customer's.</summary>
    public required string Subject { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When we received it.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The status that the event carries.</summary>
    public OrderStatus? Status { get; init; }

    /// <summary>The status holds even against the table: somebody put right what was wrong.</summary>
    public bool Correction { get; init; }

    public string? Note { get; init; }

    /// <summary>A note that the customer is told of.</summary>
    public bool CustomerVisible { get; init; }

    public CustomerProfile? Customer { get; init; }

    public IReadOnlyList<OrderItem>? Items { get; init; }

    public Money? Total { get; init; }

    public Destination? Destination { get; init; }

    public Eta? Eta { get; init; }

    public Driver? Driver { get; init; }

    public Pickup? Pickup { get; init; }

    public Promise? Promise { get; init; }

    public DelayNotice? Delay { get; init; }

    public StaleNotice? Stale { get; init; }
    public ProofOfDelivery? Proof { get; init; }

    public RatingGiven? Rating { get; init; }

    /// <summary>Of a requested notification: what was asked for. The subject is the customer.</summary>
    public MessageRequest? Message { get; init; }

    public EventIdentity Identity() => new(Tenant, Source, Id);

    public EventKey Key() => new(Time, Source, Id);
}
