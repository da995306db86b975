using Milepost.Core.Tests;

namespace Milepost.Storage.Tests;

public sealed class MemoryStoreTests : StoreConformance
{
    internal override Task<Stores> OpenAsync()
    {
        var store = new MemoryStore();
        return Task.FromResult(new Stores(store, store, store));
    }
}
