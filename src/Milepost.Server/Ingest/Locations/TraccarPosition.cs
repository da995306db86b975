using System.Text.Json;
using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Errors;

namespace Milepost.Server.Ingest.Locations;

/// <summary>
/// A position as Traccar forwards it (<c>forward.type=json</c>): <c>{position, device}</c>. The device's <c>uniqueId</c> is the driver's id; speeds are
/// knots; the time that counts is <c>fixTime</c>. Traccar repeats what it could not send, in any order: the position's <c>id</c> is its sequence.
/// </summary>
internal static class TraccarPosition
{
    public const string Source = "traccar";

    /// <summary>Null without a rejection: understood, and nothing to follow (no valid fix).</summary>
    public static LocationFix? Read(JsonElement body, DateTimeOffset now, out Rejection? rejection)
    {
        var fields = new FieldReader();
        var fix = Read(fields, body, now);
        rejection = fields.Rejection;
        return rejection is null ? fix : null;
    }

    private static LocationFix? Read(FieldReader fields, JsonElement body, DateTimeOffset now)
    {
        var position = fields.Object(body, "", "position", required: true);
        var device = fields.Object(body, "", "device", required: true);
        if (position is not { } told || device is not { } of)
        {
            return null;
        }

        var driverId = fields.Id(of, "device.", "uniqueId");
        var time = fields.Time(told, "position.", "fixTime", required: true);
        _ = fields.Find(told, "position.", "latitude", required: true);
        _ = fields.Find(told, "position.", "longitude", required: true);
        var lat = fields.Number(told, "position.", "latitude", -90, 90);
        var lon = fields.Number(told, "position.", "longitude", -180, 180);
        var speed = fields.Number(told, "position.", "speed", -1, 2_000);
        var accuracy = fields.Number(told, "position.", "accuracy", 0, 10_000_000);
        var isValid = fields.Find(told, "position.", "valid", required: false) is not { ValueKind: JsonValueKind.False };
        if (fields.Rejection is not null || !isValid)
        {
            return null;
        }

        return new LocationFix
        {
            DriverId = driverId!,
            Time = time!.Value,
            ReceivedAt = now,
            Sequence = (long?)fields.Number(told, "position.", "id", 0, (1L << 53) - 1),
            At = new GeoPoint(lat!.Value, lon!.Value),

            // Traccar writes 0 where a device says nothing of its accuracy.
            AccuracyMeters = accuracy is > 0 ? accuracy : null,
            HeadingDegrees = fields.Number(told, "position.", "course", -1, 360),
            SpeedMetersPerSecond = speed is { } knots ? Speeds.FromKnots(knots) : null,
            Source = Source,
        };
    }
}
