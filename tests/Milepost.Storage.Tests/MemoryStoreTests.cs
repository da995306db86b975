using Milepost.Core.Tests;

namespace Milepost.Storage.Tests;

public sealed class MemoryStoreTests : StoreConformance
{
    internal override Stores Open()
    {
        var store = new MemoryStore();
        return new Stores(store, store, store);
    }
}
