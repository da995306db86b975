using System.Text.Json.Serialization;

namespace Milepost.Protocol.Tracking;

/// <summary>What a viewer may or may not see of an order under way.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TrackedField>))]
public enum TrackedField
{
    /// <summary>Where the driver is.</summary>
    [JsonStringEnumMemberName("location")] Location,

    /// <summary>The way that is left.</summary>
    [JsonStringEnumMemberName("route")] Route,
    [JsonStringEnumMemberName("eta")] Eta,

    /// <summary>The driver's name.</summary>
    [JsonStringEnumMemberName("name")] Name,
    [JsonStringEnumMemberName("phone")] Phone,
    [JsonStringEnumMemberName("photo")] Photo,
    [JsonStringEnumMemberName("vehicle")] Vehicle,
}

/// <summary>In which statuses a field is seen; which these are depends on the field.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VisibleWhen>))]
public enum VisibleWhen
{
    [JsonStringEnumMemberName("never")] Never,
    [JsonStringEnumMemberName("active")] Active,
    [JsonStringEnumMemberName("always")] Always,
}

/// <summary>When a field is seen. All limits that are set must be met; one whose fact is not known is not.</summary>
public sealed record VisibilityRule
{
    public static readonly VisibilityRule Never = new() { When = VisibleWhen.Never };
    public static readonly VisibilityRule Active = new() { When = VisibleWhen.Active };

    /// <summary>While active and no stop comes before this one.</summary>
    public static readonly VisibilityRule ActiveAndNext = new() { When = VisibleWhen.Active, WithinStops = 0 };

    public required VisibleWhen When { get; init; }

    /// <summary>At most so many stops come before this one, 0 or more.</summary>
    public int? WithinStops { get; init; }

    /// <summary>At most so many minutes are left.</summary>
    public double? WithinMinutes { get; init; }

    /// <summary>At most so many metres are left.</summary>
    public double? WithinMeters { get; init; }
}

/// <summary>The rules of one audience. Absent: the product's own.</summary>
public sealed record FieldRules
{
    public static readonly FieldRules Default = new();

    public VisibilityRule? Location { get; init; }

    public VisibilityRule? Route { get; init; }

    public VisibilityRule? Eta { get; init; }

    public VisibilityRule? Name { get; init; }

    public VisibilityRule? Phone { get; init; }

    public VisibilityRule? Photo { get; init; }

    public VisibilityRule? Vehicle { get; init; }

    /// <summary>What was set for a field; null: nothing.</summary>
    public VisibilityRule? Of(TrackedField field) => field switch
    {
        TrackedField.Location => Location,
        TrackedField.Route => Route,
        TrackedField.Eta => Eta,
        TrackedField.Name => Name,
        TrackedField.Phone => Phone,
        TrackedField.Photo => Photo,
        TrackedField.Vehicle => Vehicle,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>What customers and guests see; a tenant's own, kept as JSON. A guest never sees what a customer does not, whatever is set.</summary>
public sealed record VisibilityPolicy
{
    public static readonly VisibilityPolicy Default = new();

    public FieldRules? Customer { get; init; }

    public FieldRules? Guest { get; init; }
}
