using System.Text;
using Milepost.Core.Tests;

namespace Milepost.Storage.Tests.Erasure;

public sealed class MemoryErasureTests : ErasureConformance
{
    internal override Task<ErasureStores> OpenAsync()
    {
        var store = new MemoryStore();
        return Task.FromResult(new ErasureStores(new Stores(store, store, store), store, store.Deliveries, store.Deliveries, () => Task.FromResult(Dump(store))));
    }

    private static string Dump(MemoryStore store)
    {
        var dump = new StringBuilder();
        foreach (var row in store.Everything())
        {
            ErasureStores.Append(dump, row);
        }

        return dump.ToString();
    }
}
