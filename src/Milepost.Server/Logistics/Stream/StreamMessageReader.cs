using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Stream;

/// <summary>Turns messages of the location stream into what can be relied on. Whether a place is plausible is the filter's business, not this one's.</summary>
internal static class StreamMessageReader
{
    /// <summary>What <see cref="LocationFix.Source"/> says of fixes that come this way.</summary>
    public const string Source = "logistics";

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <exception cref="RefusedDocumentException">It is none, or it speaks of another tenant.</exception>
    public static StreamMessage Read(ReadOnlyMemory<byte> text, string tenant, DateTimeOffset receivedAt)
    {
        using var json = StrictDocument.Parse(text);
        var message = new StrictDocument(json.RootElement);
        if (message.OptionalText("tenant", 64) is { } named && named != tenant)
        {
            throw new RefusedDocumentException("tenant");
        }

        var type = message.Text("type", 64);
        return type switch
        {
            "location" => new StreamMessage.Location(Sequence(message), Fix(message, receivedAt)),
            "route" => new StreamMessage.Changed(Sequence(message), message.Id("orderId"), OrderDocument.Route),
            "eta" => new StreamMessage.Changed(Sequence(message), message.Id("orderId"), OrderDocument.Eta),
            "heartbeat" => new StreamMessage.Heartbeat(message.Whole("sequence", 0, long.MaxValue)),
            "hello" => new StreamMessage.Hello(message.Whole("sequence", 0, long.MaxValue), message.Whole("oldest", 0, long.MaxValue)),
            "gap" => Gap(message),
            _ => new StreamMessage.Other(),
        };
    }

    private static long Sequence(StrictDocument message) => message.Whole("sequence", 1, long.MaxValue);

    private static StreamMessage.Gap Gap(StrictDocument message)
    {
        var from = message.Whole("from", 1, long.MaxValue);
        return new StreamMessage.Gap(from, message.Whole("to", from, long.MaxValue));
    }

    private static LocationFix Fix(StrictDocument message, DateTimeOffset receivedAt) => new()
    {
        DriverId = message.Id("driverId"),
        Time = message.Time("time", Earliest, Latest),
        ReceivedAt = receivedAt,
        Sequence = Sequence(message),
        At = new GeoPoint(message.Number("lat", -90, 90), message.Number("lon", -180, 180)),
        // A device's way of saying "not known" in these must not cost the place.
        AccuracyMeters = Within(message.OptionalNumber("accuracy", double.MinValue, double.MaxValue), 0.001, 100_000),
        HeadingDegrees = Within(message.OptionalNumber("heading", double.MinValue, double.MaxValue), 0, 360) is { } heading and < 360 ? heading : null,
        SpeedMetersPerSecond = Within(message.OptionalNumber("speed", double.MinValue, double.MaxValue), 0, 340),
        Source = Source,
    };

    private static double? Within(double? value, double min, double max) => value >= min && value <= max ? value : null;
}
