using Milepost.Core.Tracking;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>What nobody may ever have been shown, whatever went wrong.</summary>
internal static class Verdict
{
    private static readonly string[] GuestFields = ["lat", "lon", "time", "heading"];
    private static readonly string[] GuestEntryFields = ["status", "active", "time", "eta", "delayed", "locationStale"];

    // A route ends within 200 m of the door, as the contract has it.
    private const double RouteEnds = 200;

    /// <summary>Of a way of some kilometres.</summary>
    private static readonly TimeSpan LongestEta = TimeSpan.FromHours(1);

    public static void OfAll(Rig rig, double metersOff)
    {
        OfPlaces(rig, metersOff);
        foreach (var page in rig.Pages)
        {
            OfPages(page, rig);
        }
    }

    /// <summary>No place was shown that cannot be true, nor again, nor out of order.</summary>
    public static void OfPlaces(Rig rig, double metersOff)
    {
        foreach (var watcher in rig.Watchers)
        {
            OfPlaces(watcher.Name, [.. watcher.Seen.Select(shown => shown.Place).OfType<Sighting>()], rig, metersOff, rising: true);
            OfEntries(watcher);
        }

        OfPlaces(rig.Neighbour.Name, [.. rig.Neighbour.Seen.Select(shown => shown.Place).OfType<Sighting>()], rig, metersOff: 20, rising: true);
        foreach (var page in rig.Pages)
        {
            OfPlaces(page.Name, [.. page.Seen.Select(glance => glance.Place).OfType<Sighting>()], rig, metersOff, rising: false);
        }
    }

    /// <summary>Nobody was shown a place behind the order's end.</summary>
    public static void OfTheEnd(Rig rig)
    {
        foreach (var watcher in rig.Watchers)
        {
            var behind = watcher.Seen.SkipWhile(shown => !IsDelivered(shown.Frame)).ToList();
            behind.ShouldNotBeEmpty(watcher.Name);
            behind.ShouldAllBe(shown => shown.Place == null, watcher.Name);
        }

        foreach (var page in rig.Pages)
        {
            page.Seen.Where(glance => glance.Status == "delivered").ShouldAllBe(glance => glance.Place == null && glance.Way == null && glance.EtaAt == null && glance.Name == null, page.Name);
        }
    }

    public static bool IsDelivered(ServerFrame frame) => frame.Type == EventTypes.OrderStatusChanged && frame.Data.GetProperty("status").GetString() == "delivered";

    private static void OfPlaces(string who, IReadOnlyList<Sighting> places, Rig rig, double metersOff, bool rising)
    {
        foreach (var (place, next) in places.Zip(places.Skip(1)))
        {
            (rising ? next.Time > place.Time : next.Time >= place.Time).ShouldBeTrue($"{who} was shown {next} behind {place}");
        }

        places.ShouldAllBe(place => place.Time <= place.SeenAt, $"{who}: nothing is measured in the future");
        places.Where(place => place.MetersOff > metersOff).ShouldBeEmpty($"{who} was shown where the driver was not");
        places.Where(place => place.Speed > rig.Town.TopSpeed * 1.05).ShouldBeEmpty($"{who} was shown a speed that no bicycle has");
    }

    private static void OfEntries(Watcher<Shown> watcher)
    {
        foreach (var (frame, seenAt, place) in watcher.Seen)
        {
            if (watcher.Audience is Audience.Guest && (place is not null || frame.Offset is not null))
            {
                frame.Data.EnumerateObject().Select(property => property.Name).ShouldBeSubsetOf(place is null ? GuestEntryFields : GuestFields, watcher.Name);
            }

            if (frame.Offset is not null && frame.Data.TryGetProperty("eta", out var eta))
            {
                OfEta(watcher.Name, eta.GetProperty("at").GetDateTimeOffset(), frame.Time!.Value, seenAt);
            }

            (place is null && frame.Data.ValueKind == System.Text.Json.JsonValueKind.Object && frame.Data.GetRawText().Contains("Foreign", StringComparison.Ordinal)).ShouldBeFalse(watcher.Name);
        }
    }

    private static void OfPages(Watcher<Glance> page, Rig rig)
    {
        string[] names = page.Audience is Audience.Guest ? ["Shop", "Ana", Stories.NewName.Split(' ')[0]] : [Rig.ShopsName, Town.CardName, Stories.NewName];
        var door = Town.Point(rig.Town.Door);
        foreach (var glance in page.Seen)
        {
            (glance.Name is null || names.Contains(glance.Name)).ShouldBeTrue($"{page.Name}: {glance}");
            (glance.HasPhone || (page.Audience is Audience.Guest && glance.PhotoUrl is not null)).ShouldBeFalse($"{page.Name}: {glance}");
            (glance.PhotoUrl is null || glance.PhotoUrl.EndsWith($"/photos/acme/of/{Town.Driver}", StringComparison.Ordinal)).ShouldBeTrue($"{page.Name}: {glance.PhotoUrl}");
            if (glance.Way is { } way)
            {
                Geodesy.Distance(way[^1], door).ShouldBeLessThan(RouteEnds, $"{page.Name}: {glance}");
                way.Where(corner => rig.Town.Simulator.World.City.MetersToStreet(new(corner.Lat, corner.Lon)) > 5).ShouldBeEmpty($"{page.Name}: a way leads along streets");
                way.Zip(way.Skip(1), Geodesy.Distance).Where(leg => leg > 500).ShouldBeEmpty($"{page.Name}: no street is that long");
            }

            if (glance.EtaAt is { } at)
            {
                OfEta(page.Name, at, glance.AskedAt, glance.SeenAt);
            }
        }
    }

    // An estimate is never in the past when it is told; what stands may pass a little until the next one.
    private static void OfEta(string who, DateTimeOffset at, DateTimeOffset told, DateTimeOffset seenAt) =>
        (at > told.AddMinutes(-2) && at < seenAt + LongestEta).ShouldBeTrue($"{who} was shown an ETA of {at} at {seenAt}");
}
