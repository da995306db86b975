namespace Milepost.Core.Deliveries;

/// <summary>A delivery that one worker has for a while. The token proves it.</summary>
public sealed record Lease(QueuedDelivery Row)
{
    public Delivery Delivery => Row.Delivery;

    public long Token => Row.Progress.Token;
}

/// <summary>What a worker reports of a lease.</summary>
public readonly record struct Completion(Lease Lease, DeliveryOutcome Outcome);

public enum LeaseResult
{
    /// <summary>Written down.</summary>
    Applied,

    /// <summary>Nothing changed: the lease is not the current one any more, or the delivery's time is over.</summary>
    Fenced,
}

/// <summary>What a sweep has moved.</summary>
/// <param name="Returned">Leases that ran out before anything was begun.</param>
/// <param name="Unknown">Attempts under way when their lease ran out.</param>
/// <param name="Expired">Deliveries whose time to live is over.</param>
/// <param name="More">Whether another sweep finds more at once.</param>
public readonly record struct SweepResult(int Returned, int Unknown, int Expired, bool More);

/// <summary>How long the queue is.</summary>
/// <param name="Queued">Deliveries that wait, due or not.</param>
/// <param name="Lag">For how long the first of the due ones has been due.</param>
public readonly record struct QueueDepth(long Queued, TimeSpan Lag);

/// <summary>A delivery with its attempts and what was noted of it.</summary>
public sealed record DeliveryDetails(QueuedDelivery Row, IReadOnlyList<DeliveryAttempt> Attempts, IReadOnlyList<DeliveryNote> Notes);

/// <summary>
/// The deliveries that wait. They come in with the events that cause them (<see cref="Recording.RecordingPlan.Deliveries"/>), in one transaction;
/// workers take them out under leases. Several workers on several nodes share one queue.
/// </summary>
/// <remarks>
/// <c>now</c> is the caller's time. A store that several nodes share may put its own clock in its place, so that leases are measured by
/// one clock; then the times it answers with are that clock's, and a worker measures its lease by the monotonic clock from before the call.
/// </remarks>
/// <exception cref="Recording.StoreUnavailableException">Nothing was changed, or it is not known whether it was.</exception>
public interface IDeliveryQueue
{
    /// <summary>
    /// Takes due deliveries of one lane, the tenants in turn. May answer with fewer than there are due, never with none while some are due that nobody else is taking.
    /// </summary>
    Task<IReadOnlyList<Lease>> LeaseAsync(string owner, DeliveryLane lane, int max, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Says that the attempts begin now, and renews the leases. What is fenced must not be sent. May be repeated while nothing was sent.</summary>
    Task<IReadOnlyList<LeaseResult>> BeginAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Writes down what is not sent now, and why; none of them is a <see cref="Clearance.Send"/>.</summary>
    Task<IReadOnlyList<LeaseResult>> SettleAsync(IReadOnlyList<Settlement> settlements, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Writes down how attempts ended. A repeat of what was written down already is fenced like any late report.</summary>
    Task<IReadOnlyList<LeaseResult>> CompleteAsync(IReadOnlyList<Completion> completions, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Extends leases.</summary>
    Task<IReadOnlyList<LeaseResult>> RenewAsync(IReadOnlyList<Lease> leases, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Gives all leases of a worker back at once; answers how many those were.</summary>
    Task<int> ReleaseAsync(string owner, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Takes back leases that ran out, whoever has them, and ends deliveries whose time is over; some hundred at a time.</summary>
    Task<SweepResult> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken);

    Task<QueueDepth> DepthAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Stops a delivery that waits. False: there is none, or it is too late.</summary>
    Task<bool> CancelAsync(string tenant, string id, string code, string text, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Stops all deliveries of a topic that wait; answers how many those were.</summary>
    Task<int> CancelTopicAsync(string tenant, string topic, string code, string text, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Writes down what a provider tells of a delivery. False: there is none, or it is known already.</summary>
    Task<bool> ReportAsync(string tenant, string id, DeliveryReport report, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Makes due at once what is held for one reason, so that it is decided anew; answers how many those were.</summary>
    Task<int> WakeAsync(string code, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a new delivery into the queue, one that is there already excepted. False: it was there. Of an erased customer it comes without what is personal.
    /// </summary>
    Task<bool> AddAsync(Delivery delivery, CancellationToken cancellationToken);

    /// <summary>A tenant's deliveries that failed or may have gone out, the first due first, from behind a place on.</summary>
    Task<IReadOnlyList<QueuedDelivery>> ListDeadAsync(string tenant, (DateTimeOffset Due, string Id)? after, int limit, CancellationToken cancellationToken);

    Task<DeliveryDetails?> FindAsync(string tenant, string id, CancellationToken cancellationToken);
}
