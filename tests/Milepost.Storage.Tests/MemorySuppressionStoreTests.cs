using Milepost.Core.Deliveries;
using Milepost.Core.Tests;

namespace Milepost.Storage.Tests;

public sealed class MemorySuppressionStoreTests : SuppressionStoreConformance
{
    internal override Task<ISuppressionStore> OpenAsync(AddressSecret secret) => Task.FromResult<ISuppressionStore>(new MemorySuppressionStore(secret));
}
