using System.Text.Json;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Orders;

namespace Milepost.Server.Ingest;

/// <summary>Reads what events tell for tracking: where an order is fetched, when it was promised, how an ETA came about.</summary>
internal static class TrackingFields
{
    public static Pickup? Pickup(FieldReader fields, JsonElement data) => fields.Object(data, "data.", "pickup") is { } pickup
        ? new Pickup(
            fields.Text(pickup, "data.pickup.", "name"),
            fields.Text(pickup, "data.pickup.", "address", 500, lines: true),
            fields.Number(pickup, "data.pickup.", "lat", -90, 90),
            fields.Number(pickup, "data.pickup.", "lon", -180, 180))
        : null;

    public static Promise? Promise(FieldReader fields, JsonElement data)
    {
        if (fields.Object(data, "data.", "promise") is not { } promise)
        {
            return null;
        }

        var at = fields.Time(promise, "data.promise.", "at", required: true);
        var from = fields.Time(promise, "data.promise.", "from");
        var to = fields.Time(promise, "data.promise.", "to");
        if (from > at || at > to || from > to)
        {
            fields.Reject(ErrorCode.InvalidTime, "data.promise", "The promised time does not lie in its window.");
        }

        return at is { } time ? new Promise(time, from, to) : null;
    }

    /// <summary>One of a few words; null where the field is absent.</summary>
    public static string? Word(FieldReader fields, JsonElement data, string name, IReadOnlyList<string> words)
    {
        var word = fields.Text(data, "data.", name);
        if (word is not null && !words.Contains(word, StringComparer.Ordinal))
        {
            fields.Reject(ErrorCode.InvalidField, "data." + name, $"This is one of {string.Join(", ", words)}.");
        }

        return word;
    }
}
