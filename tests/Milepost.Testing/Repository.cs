namespace Milepost.Testing;

/// <summary>Where the tests' repository is.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Milepost.slnx")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        }

        return directory.FullName;
    }
}
