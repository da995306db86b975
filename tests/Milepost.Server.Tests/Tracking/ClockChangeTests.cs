using System.Text;
using System.Text.Json;
using Milepost.Server.Ingest;
using Milepost.Server.Ingest.Locations;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Stream;

namespace Milepost.Server.Tests.Tracking;

/// <summary>Every way by which times come in, in the nights in which clocks change: the offset says which of two equal readings of the clock is meant.</summary>
public sealed class ClockChangeTests
{
    /// <summary>As it is written, and the instant.</summary>
    public static readonly TheoryData<string, string> Times = new()
    {
        // Berlin, autumn: half past two comes twice.
        { "2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00Z" },
        { "2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00Z" },
        { "2026-10-25T02:30:00.250+01:00", "2026-10-25T01:30:00.250Z" },
        // Berlin, spring: half past two does not come; who writes it with the offset of before means half past three.
        { "2026-03-29T01:59:59+01:00", "2026-03-29T00:59:59Z" },
        { "2026-03-29T03:00:00+02:00", "2026-03-29T01:00:00Z" },
        { "2026-03-29T02:30:00+01:00", "2026-03-29T01:30:00Z" },
        // New York, autumn and spring.
        { "2026-11-01T01:30:00-04:00", "2026-11-01T05:30:00Z" },
        { "2026-11-01T01:30:00-05:00", "2026-11-01T06:30:00Z" },
        { "2026-03-08T01:59:59-05:00", "2026-03-08T06:59:59Z" },
        { "2026-03-08T03:00:00-04:00", "2026-03-08T07:00:00Z" },
    };

    [Theory]
    [MemberData(nameof(Times))]
    public void An_event_is_of_the_instant_that_it_names_and_so_are_its_estimate_and_its_promise(string text, string instant)
    {
        var body = Json($$$"""
            {"specversion":"1.0","id":"e-1","source":"/shop","type":"order.placed","subject":"o-1","time":"{{{text}}}",
             "data":{"customer":{"id":"c-1"},"promise": { "at": "{{{text}}}" } } }
            """);
        var placed = EventReader.Read(new EventAttributes(body, body.GetProperty("data")), "acme", At(instant).AddMinutes(1), out var rejection);
        rejection.ShouldBeNull();
        (placed!.Time, placed.Promise!.At).ShouldBe((At(instant), At(instant)));
        body = Json($$$"""{"specversion":"1.0","id":"e-2","source":"/shop","type":"order.eta.updated","subject":"o-1","time":"{{{text}}}","data": { "eta": "{{{text}}}" } }""");
        EventReader.Read(new EventAttributes(body, body.GetProperty("data")), "acme", At(instant), out rejection)!.Eta!.At.ShouldBe(At(instant));
    }

    [Theory]
    [MemberData(nameof(Times))]
    public void A_fix_is_of_the_instant_that_its_device_names(string text, string instant)
    {
        var now = At(instant).AddSeconds(2);
        LocationRequest.Read(Json($$$"""{"time":"{{{text}}}","lat":52.5,"lon":13.4}"""), "d-1", now, out _)!.Fixes.Single().Time.ShouldBe(At(instant));
        TraccarPosition.Read(Json($$$"""{"position":{"id":1,"fixTime":"{{{text}}}","latitude":52.5,"longitude":13.4},"device": { "uniqueId": "d-1" } }"""), now, out _)!.Time.ShouldBe(At(instant));
        var message = StreamMessageReader.Read(Encoding.UTF8.GetBytes($$$"""{"type":"location","sequence":1,"driverId":"d-1","time":"{{{text}}}","lat":52.5,"lon":13.4}"""), "acme", now);
        message.ShouldBeOfType<StreamMessage.Location>().Fix.Time.ShouldBe(At(instant));
    }

    [Theory]
    [MemberData(nameof(Times))]
    public void An_estimate_of_the_logistics_service_is_of_the_instants_that_it_names(string text, string instant)
    {
        var eta = DocumentReader.Eta(
            Encoding.UTF8.GetBytes($$$"""{"orderId":"o-1","version":1,"at":"{{{text}}}","from":"{{{text}}}","to":"{{{text}}}","calculatedAt":"{{{text}}}"}"""), "o-1", At(instant));
        (eta.At, eta.From, eta.To, eta.CalculatedAt).ShouldBe((At(instant), At(instant), At(instant), At(instant)));
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
