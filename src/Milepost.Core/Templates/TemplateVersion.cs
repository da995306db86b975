using Milepost.Protocol.Preferences;

namespace Milepost.Core.Templates;

/// <summary>What a tenant's template is for. The locale is a BCP 47 tag; a type that begins with <c>partial:</c> names a piece that others include.</summary>
public readonly record struct TemplateName(string Type, NotificationChannel Channel, string Locale)
{
    public const string PartialPrefix = "partial:";

    public bool IsPartial => Type.StartsWith(PartialPrefix, StringComparison.Ordinal);
}

/// <summary>A template's parts in Handlebars. Which ones there must be depends on the channel.</summary>
public sealed record TemplateSource
{
    /// <summary>The subject of an e-mail, the title elsewhere; SMS have none.</summary>
    public string? Title { get; init; }

    /// <summary>The plain text; for an e-mail without one it is made of the HTML.</summary>
    public string? Text { get; init; }

    /// <summary>E-mail: the HTML part. Values are escaped here, and nowhere else.</summary>
    public string? Html { get; init; }

    /// <summary>E-mail: the partial that stands around <see cref="Html"/>.</summary>
    public string? Layout { get; init; }
}

/// <summary>One version of a template. What it says never changes, only whether it is in use.</summary>
public sealed record TemplateVersion
{
    public required string Tenant { get; init; }

    public required TemplateName Name { get; init; }

    /// <summary>1, 2, 3 ... over all templates of the tenant, so that it names one by itself.</summary>
    public required int Number { get; init; }

    public required TemplateSource Source { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The subject of the one who wrote it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Null: a draft.</summary>
    public DateTimeOffset? PublishedAt { get; init; }

    public string? PublishedBy { get; init; }

    /// <summary>When another version, or ours, took its place; null for a draft and while it is in use.</summary>
    public DateTimeOffset? RetiredAt { get; init; }

    public bool IsInUse => PublishedAt is not null && RetiredAt is null;
}
