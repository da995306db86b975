using Milepost.Core.Access;
using Milepost.Core.Tests;

namespace Milepost.Storage.Tests;

public sealed class MemoryRevocationStoreTests : RevocationStoreConformance
{
    internal override Task<IRevocationStore> OpenAsync() => Task.FromResult<IRevocationStore>(new MemoryRevocationStore());
}
