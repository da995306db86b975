namespace Milepost.Server.Logistics;

/// <summary>Turns what the logistics service sends into documents that can be relied on.</summary>
/// <exception cref="RefusedDocumentException">It is not what was asked for, or not as the contract has it.</exception>
internal static class DocumentReader
{
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Clocks differ; an estimate of next month is a mistake.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(30);
    private static readonly TimeSpan OldestEstimate = TimeSpan.FromDays(7);
    private static readonly IReadOnlySet<string> Confidences = new HashSet<string>(StringComparer.Ordinal) { "low", "medium", "high" };

    public static DriverCard Driver(ReadOnlyMemory<byte> body, string id, DateTimeOffset now)
    {
        using var json = StrictDocument.Parse(body);
        var document = new StrictDocument(json.RootElement);
        return new DriverCard
        {
            Id = Same(document, "id", id),
            Name = document.Text("name", 200),
            PhotoUrl = Photo(document.OptionalText("photoUrl", 2000)),
            Vehicle = document.OptionalObject("vehicle") is { } vehicle
                ? new DriverVehicle(vehicle.OptionalWord("kind", DriverVehicle.Kinds, DriverVehicle.Other) ?? throw new RefusedDocumentException("kind"), vehicle.OptionalText("description", 200), vehicle.OptionalText("plate", 20))
                : null,
            Rating = document.OptionalNumber("rating", 0, 5),
            Phone = Phone(document.OptionalText("phone", 16)),
            UpdatedAt = document.Time("updatedAt", Earliest, now + Skew),
        };
    }

    public static LogisticsRoute Route(ReadOnlyMemory<byte> body, string orderId)
    {
        using var json = StrictDocument.Parse(body);
        var document = new StrictDocument(json.RootElement);
        return new LogisticsRoute
        {
            OrderId = Same(document, "orderId", orderId),
            DriverId = document.OptionalId("driverId"),
            Version = document.Whole("version", 1, long.MaxValue),
            Polyline = Polyline(document.Text("polyline", 262_144)),
            Precision = (int?)document.OptionalWhole("precision", 5, 6),
            DistanceMeters = document.OptionalNumber("distanceMeters", 0, 5_000_000),
            DurationSeconds = document.OptionalNumber("durationSeconds", 0, 604_800),
        };
    }

    public static LogisticsEta Eta(ReadOnlyMemory<byte> body, string orderId, DateTimeOffset now)
    {
        using var json = StrictDocument.Parse(body);
        var document = new StrictDocument(json.RootElement);
        var at = document.Time("at", now - OldestEstimate, now + LongestWait);
        var from = document.OptionalTime("from", now - OldestEstimate, at);
        var to = document.OptionalTime("to", at, now + LongestWait);
        return new LogisticsEta
        {
            OrderId = Same(document, "orderId", orderId),
            DriverId = document.OptionalId("driverId"),
            Version = document.Whole("version", 1, long.MaxValue),
            At = at,
            From = to is null ? null : from,
            To = from is null ? null : to,
            StopsBefore = (int?)document.OptionalWhole("stopsBefore", 0, 1000),
            Reason = document.OptionalWord("reason", LogisticsEta.Reasons, "other"),
            Confidence = document.OptionalWord("confidence", Confidences, other: null),
            CalculatedAt = document.Time("calculatedAt", now - OldestEstimate, now + Skew),
        };
    }

    /// <summary>Whether the text can be an encoded polyline at all.</summary>
    public static string Polyline(string text) =>
        text.Length >= 4 && !text.AsSpan().ContainsAnyExceptInRange('?', '~') ? text : throw new RefusedDocumentException("polyline");

    // An answer about somebody else would be shown to the wrong customer.
    private static string Same(StrictDocument document, string name, string asked) => document.Id(name) == asked ? asked : throw new RefusedDocumentException(name);

    private static string? Photo(string? text) => text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || address.Scheme == Uri.UriSchemeHttp) && address is { UserInfo.Length: 0, Host.Length: > 0 }
            ? address.AbsoluteUri : throw new RefusedDocumentException("photoUrl");

    private static string? Phone(string? text) => text is null ? null
        : text.Length >= 7 && text[0] == '+' && text[1] is >= '1' and <= '9' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 ? text : throw new RefusedDocumentException("phone");
}
