namespace Milepost.Realtime.Sessions;

/// <summary>
/// The streams of one subscribe request: one <c>ready</c> when all of them have caught up. Guarded by the session's lock.
/// </summary>
internal sealed class SubscribeRound
{
    private readonly List<Part> _parts = [];

    public IReadOnlyList<Part> Parts => _parts;

    /// <summary>Each stream's start is found and everything that was there then has been sent.</summary>
    public bool IsComplete => _parts.TrueForAll(part => part.Subscription.Since is null && part.Subscription.Sent >= part.Target);

    public void Add(Subscription subscription) => _parts.Add(new Part(subscription));

    /// <summary>A stream that was unsubscribed meanwhile is not waited for.</summary>
    public void Remove(Subscription subscription) => _parts.RemoveAll(part => part.Subscription == subscription);

    public void Found(Subscription subscription, long head) => _parts.ForEach(part => part.Target = part.Subscription == subscription ? head : part.Target);

    /// <summary>Counts what belongs to the catch-up, whichever way it came.</summary>
    public void Sent(Subscription subscription, long offset) =>
        _parts.ForEach(part => part.Replayed += part.Subscription == subscription && offset <= part.Target ? 1 : 0);

    public sealed class Part(Subscription subscription)
    {
        public Subscription Subscription { get; } = subscription;

        /// <summary>The stream's head when its start was found.</summary>
        public long Target { get; set; }

        public long Replayed { get; set; }
    }
}
