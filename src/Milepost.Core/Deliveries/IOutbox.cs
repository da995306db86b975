namespace Milepost.Core.Deliveries;

/// <summary>What would have been sent, had a provider been configured.</summary>
/// <param name="Attempt">Which attempt of the delivery it was.</param>
public sealed record OutboxMessage(
    string Tenant, string DeliveryId, int Attempt, DeliveryChannel Channel, string Address, string Title, string Body, DateTimeOffset SentAt);

/// <summary>A message with its place in the list.</summary>
public sealed record ListedMessage(OutboxMessage Message, long Place);

/// <summary>
/// Stands where providers will. Like them it takes the same message twice when it is given twice: it shows what happened, it does not tidy up.
/// Only the newest <see cref="Kept"/> messages are kept.
/// </summary>
public interface IOutbox
{
    const int Kept = 50_000;

    Task AddAsync(OutboxMessage message, CancellationToken cancellationToken);

    /// <summary>A tenant's messages, newest first.</summary>
    Task<IReadOnlyList<ListedMessage>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken);
}
