using Milepost.Core.Tests;

namespace Milepost.Storage.Tests.Deliveries;

public sealed class MemoryDeliveryQueueTests : DeliveryQueueConformance
{
    internal override Task<Queues> OpenAsync()
    {
        var store = new MemoryStore();
        return Task.FromResult(new Queues(store, store.Deliveries, store.Deliveries, store.Deliveries));
    }
}
