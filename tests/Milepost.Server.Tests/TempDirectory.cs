namespace Milepost.Server.Tests;

/// <summary>A directory that is gone after the test.</summary>
internal sealed class TempDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("milepost-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
