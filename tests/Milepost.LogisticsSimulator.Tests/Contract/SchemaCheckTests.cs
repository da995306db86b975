using System.Text.Json.Nodes;

namespace Milepost.LogisticsSimulator.Tests.Contract;

/// <summary>The check itself: it finds what is wrong.</summary>
public sealed class SchemaCheckTests
{
    private const string Good = """{"type":"location","sequence":1,"driverId":"d","time":"2026-11-21T18:00:00Z","lat":52.5,"lon":13.4}""";

    [Fact]
    public void What_keeps_the_schema_has_no_faults() => Faults(Good).ShouldBeEmpty();

    [Theory]
    [InlineData("\"lat\":52.5", "\"lat\":\"52.5\"", "$.lat: is String, not number")]
    [InlineData("\"lat\":52.5", "\"lat\":90.5", "$.lat: 90.5 is out of range")]
    [InlineData("\"lat\":52.5,", "", "$: lat is missing")]
    [InlineData("\"sequence\":1", "\"sequence\":1.5", "$.sequence: is Number, not integer")]
    [InlineData("\"lon\":13.4", "\"lon\":13.4,\"heading\":360", "$.heading: 360 is out of range")]
    [InlineData("\"lon\":13.4", "\"lon\":13.4,\"altitude\":3", "$: altitude is not known")]
    [InlineData("\"driverId\":\"d\"", "\"driverId\":\"\"", "$.driverId: has 0 characters")]
    [InlineData("\"type\":\"location\"", "\"type\":\"fix\"", "$.type: is not location")]
    [InlineData("2026-11-21T18:00:00Z", "2026-11-21 18:00:00", "$.time: \"2026-11-21 18:00:00\" is no date-time")]
    public void What_breaks_the_schema_is_named(string part, string instead, string fault) => Faults(Good.Replace(part, instead, StringComparison.Ordinal)).ShouldBe([fault]);

    private static IReadOnlyList<string> Faults(string json) => new SchemaCheck(Document.Live).Faults(Document.Live.At("components", "schemas", "Location"), JsonNode.Parse(json));
}
