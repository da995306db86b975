using System.Text.RegularExpressions;
using Milepost.Server.Settings;
using Milepost.Testing;

namespace Milepost.Server.Tests.House;

/// <summary>What stands in <c>deploy/</c> is not compiled: here it is held against the product.</summary>
public sealed partial class DeployTests
{
    private static readonly string Compose = Path.Combine(Repository.Root, "deploy", "compose");

    [Theory]
    [InlineData("compose.yaml")]
    [InlineData("Dockerfile")]
    public void Every_setting_is_a_known_one(string file)
    {
        var settings = Variable().Matches(File.ReadAllText(Path.Combine(Compose, file))).Select(match => match.Groups["found"].Value.Replace("__", ":", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();

        settings.ShouldNotBeEmpty();
        settings.Where(setting => !OptionCatalog.Keys.ContainsKey(setting) && !OptionCatalog.RootKeys.ContainsKey(setting)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_file_that_is_mounted_or_built_exists()
    {
        var text = File.ReadAllText(Path.Combine(Compose, "compose.yaml"));
        var paths = Mount().Matches(text).Select(match => match.Groups["found"].Value).ToList();

        paths.Count.ShouldBeGreaterThanOrEqualTo(4);
        paths.Where(path => !File.Exists(Path.Combine(Compose, path))).ShouldBeEmpty();
        text.ShouldContain("dockerfile: deploy/compose/Dockerfile");
    }

    [Fact]
    public void Everything_that_has_to_be_set_stands_in_the_example()
    {
        var needed = Substitution().Matches(File.ReadAllText(Path.Combine(Compose, "compose.yaml"))).Select(match => match.Groups["found"].Value).Distinct(StringComparer.Ordinal);
        var example = File.ReadLines(Path.Combine(Compose, ".env.example")).Where(line => line.Contains('=', StringComparison.Ordinal) && !line.StartsWith('#')).Select(line => line.Split('=')[0]);

        example.ShouldBe(needed, ignoreOrder: true);
    }

    [Fact]
    public void Every_directory_that_the_image_is_built_from_exists()
    {
        var copied = File.ReadLines(Path.Combine(Compose, "Dockerfile"))
            .Where(line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal))
            .SelectMany(line => line.Split(' ')[1..^1]).ToList();

        copied.ShouldContain("src");
        copied.Where(path => !Path.Exists(Path.Combine(Repository.Root, path))).ShouldBeEmpty();

        // What is not let through to the builder cannot be copied there.
        var let = File.ReadLines(Path.Combine(Compose, "Dockerfile.dockerignore")).Where(line => line.StartsWith('!')).Select(line => line[1..]);
        let.ShouldBe(copied, ignoreOrder: true);
    }

    [GeneratedRegex("MILEPOST__(?<found>[A-Z_]+)[:=]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"- (?<found>\.{1,2}/[^:\s]+):/", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Mount();

    [GeneratedRegex(@"(?<!\$)\$\{(?<found>[A-Z_]+)(?::[?-][^}]*)?\}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Substitution();
}
