using System.Globalization;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Errors;

namespace Milepost.Server.Ingest;

/// <summary>Why an event is not recorded.</summary>
internal sealed record Rejection(ErrorCode Code, string? Field, string Detail);

/// <summary>
/// Reads fields of a JSON object and keeps the first thing that is wrong. Absent and null are the same. The readers go on after a mistake
/// (with nothing), so that the code that uses them stays straight.
/// </summary>
internal sealed class FieldReader
{
    public const int MaxText = 200;
    public const int MaxNote = 2_000;

    /// <summary>The first mistake; null while there is none.</summary>
    public Rejection? Rejection { get; private set; }

    public void Reject(ErrorCode code, string? field, string detail) => Rejection ??= new Rejection(code, field, detail);

    public string? Text(JsonElement parent, string path, string name, int max = MaxText, bool required = false, bool lines = false)
    {
        if (Find(parent, path, name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            Reject(ErrorCode.InvalidField, path + name, "This is a text.");
            return null;
        }

        var text = value.GetString()!;
        if (text.Length > max || (required && text.Length == 0))
        {
            Reject(ErrorCode.InvalidField, path + name, $"This is a text of {(required ? 1 : 0)} to {max} characters.");
            return null;
        }

        if (text.Any(character => char.IsControl(character) && !(lines && character is '\n' or '\t' or '\r')))
        {
            Reject(ErrorCode.InvalidField, path + name, "Control characters are not allowed here.");
            return null;
        }

        return text.Length == 0 ? null : text;
    }

    public string? Id(JsonElement parent, string path, string name)
    {
        var id = Text(parent, path, name, Identifiers.MaxLength, required: true);
        if (id is not null && !Identifiers.IsValid(id))
        {
            Reject(ErrorCode.InvalidField, path + name, $"An id is {Identifiers.Rule}.");
        }

        return id;
    }

    public DateTimeOffset? Time(JsonElement parent, string path, string name, bool required = false)
    {
        if (Find(parent, path, name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && Rfc3339.TryParse(value.GetString(), out var time))
        {
            return time;
        }

        Reject(ErrorCode.InvalidTime, path + name, "This is a date and time as RFC 3339 writes it, for example 2026-11-21T18:00:00Z.");
        return null;
    }

    public bool Flag(JsonElement parent, string path, string name)
    {
        var value = Find(parent, path, name, required: false);
        if (value is { ValueKind: not (JsonValueKind.True or JsonValueKind.False) })
        {
            Reject(ErrorCode.InvalidField, path + name, "This is true or false.");
        }

        return value is { ValueKind: JsonValueKind.True };
    }

    public double? Number(JsonElement parent, string path, string name, double min, double max)
    {
        if (Find(parent, path, name, required: false) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= min && number <= max)
        {
            return number;
        }

        Reject(ErrorCode.InvalidField, path + name, string.Create(CultureInfo.InvariantCulture, $"This is a number from {min} to {max}."));
        return null;
    }

    /// <summary>An amount of money: a JSON number, or a text for senders that avoid binary fractions.</summary>
    public decimal? Amount(JsonElement parent, string path, string name)
    {
        if (Find(parent, path, name, required: false) is not { } value)
        {
            return null;
        }

        var isAmount = value.ValueKind switch
        {
            JsonValueKind.Number => value.TryGetDecimal(out var number) ? number : (decimal?)null,
            JsonValueKind.String => decimal.TryParse(value.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null,
            _ => null,
        };
        if (isAmount is null or > 1_000_000_000_000 or < -1_000_000_000_000)
        {
            Reject(ErrorCode.InvalidField, path + name, "This is an amount, for example 12.50.");
        }

        return isAmount;
    }

    public JsonElement? Object(JsonElement parent, string path, string name, bool required = false)
    {
        if (Find(parent, path, name, required) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object)
        {
            return value;
        }

        Reject(ErrorCode.InvalidField, path + name, "This is an object.");
        return null;
    }

    public JsonElement? Find(JsonElement parent, string path, string name, bool required)
    {
        if (parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null)
        {
            return value;
        }

        if (required)
        {
            Reject(ErrorCode.MissingField, path + name, "This field is required.");
        }

        return null;
    }
}
