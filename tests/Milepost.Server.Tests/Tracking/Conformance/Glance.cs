using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Milepost.Core.Tracking;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>What a page that is opened now shows first: <c>GET orders/{id}/tracking</c>, or the view for guests.</summary>
internal sealed record Glance
{
    public required DateTimeOffset AskedAt { get; init; }

    public required DateTimeOffset SeenAt { get; init; }

    public required string Status { get; init; }

    public Sighting? Place { get; init; }

    /// <summary>In full for customers, the first name for guests.</summary>
    public string? Name { get; init; }

    public string? PhotoUrl { get; init; }

    public bool HasPhone { get; init; }

    /// <summary>The corners of the way that is left.</summary>
    public IReadOnlyList<GeoPoint>? Way { get; init; }

    /// <summary>Not told to guests.</summary>
    public string? RouteVersion { get; init; }

    public DateTimeOffset? EtaAt { get; init; }

    /// <summary>Not told to guests.</summary>
    public string? EtaSource { get; init; }

    public bool IsStale { get; init; }

    public override string ToString() =>
        $"{SeenAt:HH:mm:ss.fff} {Status} by {Name} (photo {PhotoUrl is not null}) at [{Place}], route {RouteVersion} of {Way?.Count} corners, due {EtaAt:HH:mm:ss} by {EtaSource}, stale {IsStale}";

    /// <summary>Looks ten times a second.</summary>
    public static async IAsyncEnumerable<Glance> ManyAsync(TestServer server, string path, string token, Eyes eyes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var http = server.Http(token);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        do
        {
            var asked = TimeProvider.System.GetUtcNow();
            yield return Read(await http.GetFromJsonAsync<JsonElement>(path, cancellationToken), eyes, asked);
        }
        while (await again.WaitForNextTickAsync(cancellationToken));
    }

    private static Glance Read(JsonElement answer, Eyes eyes, DateTimeOffset asked)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (driver, route, eta) = (Member(answer, "driver"), Member(answer, "route"), Member(answer, "eta"));
        return new Glance
        {
            AskedAt = asked,
            SeenAt = now,
            Status = answer.GetProperty("status").GetString()!,
            Place = Member(answer, "location") is { } location ? eyes.Place(location, now) : null,
            Name = Text(driver, "name") ?? Text(driver, "firstName"),
            PhotoUrl = Text(driver, "photoUrl"),
            HasPhone = Text(driver, "phone") is not null,
            Way = route is { } way ? Corners(way) : null,
            RouteVersion = Text(route, "version"),
            EtaAt = eta?.GetProperty("at").GetDateTimeOffset(),
            EtaSource = Text(eta, "source"),
            IsStale = Member(answer, "locationStale") is not null,
        };
    }

    // As a page reads it: with the precision that is said, without looking at where the line leads.
    private static IReadOnlyList<GeoPoint> Corners(JsonElement route) => route.TryGetProperty("polyline", out var polyline)
        ? EncodedPolyline.Decode(polyline.GetString()!, route.GetProperty("precision").GetInt32(), out var problem) ?? throw new InvalidOperationException(problem)
        : [.. route.GetProperty("points").EnumerateArray().Select(point => new GeoPoint(point.GetProperty("lat").GetDouble(), point.GetProperty("lon").GetDouble()))];

    private static JsonElement? Member(JsonElement? of, string name) => of is { } document && document.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;

    private static string? Text(JsonElement? of, string name) => Member(of, name)?.GetString();
}
