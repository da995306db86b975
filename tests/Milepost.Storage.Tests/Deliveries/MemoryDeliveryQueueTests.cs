using Milepost.Core.Tests;

namespace Milepost.Storage.Tests.Deliveries;

public sealed class MemoryDeliveryQueueTests : DeliveryQueueConformance
{
    internal override Queues Open()
    {
        var store = new MemoryStore();
        return new Queues(store, store.Deliveries, store.Deliveries, store.Deliveries);
    }
}
