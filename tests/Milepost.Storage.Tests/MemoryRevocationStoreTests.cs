using Milepost.Core.Access;
using Milepost.Core.Tests;

namespace Milepost.Storage.Tests;

public sealed class MemoryRevocationStoreTests : RevocationStoreConformance
{
    internal override IRevocationStore Open() => new MemoryRevocationStore();
}
