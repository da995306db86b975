using Milepost.Core.Access;
using Milepost.Core.DeadLetters;
using Milepost.Core.Deliveries;
using Milepost.Core.Streams;

namespace Milepost.Storage.Tests;

/// <summary>The ports of one store that retention takes something from.</summary>
internal sealed record RetentionStores(
    Stores Stores, IRetentionStore Retention, IDeliveryQueue Queue, IDeliveryHistory History, IOutbox Outbox, IDeadLetterStore Letters, IRevocationStore Revocations)
{
    public void Deconstruct(out Stores stores, out IRetentionStore retention) => (stores, retention) = (Stores, Retention);
}
