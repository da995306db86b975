using System.Text.Json;
using Milepost.Core.Tracking;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Tracking;
using Milepost.Server.Api;

namespace Milepost.Server.Ingest.Locations;

/// <summary>Fixes of one driver as they are posted: one object, or a list of at most <see cref="MaxFixes"/>.</summary>
internal sealed record LocationRequest(IReadOnlyList<LocationFix> Fixes, IReadOnlyList<RejectedLocation> Rejected)
{
    public const int MaxFixes = 100;
    public const int MaxBytes = 64 * 1024;
    public const string Source = "api";

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Null: the request as a whole is refused.</summary>
    public static LocationRequest? Read(JsonElement body, string driverId, DateTimeOffset now, out Rejection? refused)
    {
        refused = body switch
        {
            { ValueKind: JsonValueKind.Array } when body.GetArrayLength() > MaxFixes => new Rejection(ErrorCode.BatchTooLarge, null, $"At most {MaxFixes} fixes at a time."),
            { ValueKind: JsonValueKind.Array } when body.GetArrayLength() == 0 => new Rejection(ErrorCode.MissingField, null, "Send at least one fix."),
            { ValueKind: JsonValueKind.Array or JsonValueKind.Object } => null,
            _ => new Rejection(ErrorCode.InvalidField, null, "Send a fix, or a list of fixes: {\"time\", \"lat\", \"lon\", \"accuracy\", \"heading\", \"speed\", \"sequence\"}."),
        };
        if (refused is not null)
        {
            return null;
        }

        var fixes = new List<LocationFix>();
        var rejected = new List<RejectedLocation>();
        var items = body.ValueKind == JsonValueKind.Array ? [.. body.EnumerateArray()] : new List<JsonElement> { body };
        for (var index = 0; index < items.Count; index++)
        {
            var fields = new FieldReader();
            var fix = ReadFix(fields, items[index], driverId, now);
            if (fields.Rejection is { } rejection)
            {
                rejected.Add(new RejectedLocation(index, rejection.Code.Code, rejection.Field, rejection.Detail));
            }
            else
            {
                fixes.Add(fix!);
            }
        }

        return new LocationRequest(fixes, rejected);
    }

    private static LocationFix? ReadFix(FieldReader fields, JsonElement item, string driverId, DateTimeOffset now)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            fields.Reject(ErrorCode.InvalidField, null, "A fix is an object.");
            return null;
        }

        var time = fields.Time(item, "", "time", required: true);
        if (time < Earliest)
        {
            fields.Reject(ErrorCode.InvalidTime, "time", "The time lies before the year 2000. Send RFC 3339, not seconds.");
        }

        _ = fields.Find(item, "", "lat", required: true);
        _ = fields.Find(item, "", "lon", required: true);
        var lat = fields.Number(item, "", "lat", -90, 90);
        var lon = fields.Number(item, "", "lon", -180, 180);
        var fix = new
        {
            Accuracy = fields.Number(item, "", "accuracy", 0, 1_000_000),

            // Devices that know no heading say -1.
            Heading = fields.Number(item, "", "heading", -1, 360),
            Speed = fields.Number(item, "", "speed", -1, 1_000),
            Sequence = fields.Number(item, "", "sequence", 0, (1L << 53) - 1),
        };
        return fields.Rejection is not null ? null : new LocationFix
        {
            DriverId = driverId,
            Time = time!.Value,
            ReceivedAt = now,
            Sequence = (long?)fix.Sequence,
            At = new GeoPoint(lat!.Value, lon!.Value),
            AccuracyMeters = fix.Accuracy,
            HeadingDegrees = fix.Heading,
            SpeedMetersPerSecond = fix.Speed,
            Source = Source,
        };
    }
}
