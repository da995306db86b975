using System.Buffers.Text;
using Milepost.Server.Hosting;

namespace Milepost.Server.Tests.Hosting;

public sealed class DevelopmentKeyTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Is_made_once_and_then_read()
    {
        var data = Path.Combine(_directory.Path, "new", "data");

        var key = DevelopmentKey.ReadOrCreate(data);

        Base64Url.DecodeFromChars(key).Length.ShouldBe(48);
        DevelopmentKey.ReadOrCreate(data).ShouldBe(key);
        Directory.GetFiles(data).ShouldBe([DevelopmentKey.PathIn(data)]);
    }

    [Fact]
    public void Only_its_owner_may_read_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix");
        DevelopmentKey.ReadOrCreate(_directory.Path);

#pragma warning disable CA1416 // skipped above
        File.GetUnixFileMode(DevelopmentKey.PathIn(_directory.Path)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
#pragma warning restore CA1416
    }

    [Fact]
    public void A_file_that_is_no_key_is_not_used()
    {
        File.WriteAllText(DevelopmentKey.PathIn(_directory.Path), "short\n");

        Should.Throw<InvalidDataException>(() => DevelopmentKey.ReadOrCreate(_directory.Path)).Message.ShouldContain("signing.key is not a signing key");
    }

    [Fact]
    public void Two_that_start_together_get_the_same_key()
    {
        var keys = new string[8];

        Parallel.For(0, keys.Length, index => keys[index] = DevelopmentKey.ReadOrCreate(_directory.Path));

        keys.Distinct().ShouldHaveSingleItem();
        Directory.GetFiles(_directory.Path).ShouldHaveSingleItem();
    }
}
