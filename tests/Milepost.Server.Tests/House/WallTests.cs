using System.Runtime.CompilerServices;

namespace Milepost.Server.Tests.House;

/// <summary>The walls inside the server that the compiler does not guard.</summary>
public sealed class WallTests
{
    [Theory]
    [InlineData("using Milepost.Client", "Commands", "Demo")]
    [InlineData("using Milepost.LoadTest", "Commands")]
    [InlineData("using Milepost.LogisticsSimulator", "Demo")]
    [InlineData("using Milepost.Storage", "Hosting", "Settings/Options.cs", "Settings/OptionRules.cs")]
    [InlineData("using Milepost.Server.Hosting", "Hosting", "Commands", "Demo", "Access", "Api", "Gateway", "Ingest", "Channels/Email", "Logistics/LogisticsReadiness.cs")]
    [InlineData("using Milepost.Server.Commands", "Commands", "Program.cs")]
    [InlineData("using Milepost.Server.Demo", "Demo", "Commands")]
    [InlineData("using Milepost.Server.Gateway", "Gateway", "Hosting")]
    [InlineData("using Milepost.Server.Worker", "Worker", "Hosting")]
    [InlineData("using Milepost.Server.Channels", "Channels", "Worker", "Hosting", "Settings", "Templates", "Tenants", "Admin/Decisions")]
    [InlineData("using Milepost.Server.Admin", "Admin", "Hosting", "Demo/DemoMessages.cs")]
    [InlineData("using Milepost.Server.Ingest", "Ingest", "Hosting", "Settings/OptionRules.cs", "Admin/Decisions/DecisionEndpoints.cs", "Channels/Email", "Tracking")]
    [InlineData("using Confluent.Kafka", "Ingest")]
    public void A_namespace_is_used_only_where_it_may_be(string use, params string[] allowed)
    {
        var root = Path.Combine(RepositoryRoot(), "src", "Milepost.Server");
        var files = Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories);
        files.ShouldNotBeEmpty();
        files.Where(file => File.ReadLines(file).Any(line => line.StartsWith(use, StringComparison.Ordinal)))
            .Select(file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(file => !allowed.Any(place => file == place || file.StartsWith(place + "/", StringComparison.Ordinal)))
            .ShouldBeEmpty();
    }

    private static string RepositoryRoot([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
