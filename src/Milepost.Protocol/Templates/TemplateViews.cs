using System.Text.Json;
using Milepost.Protocol.Preferences;

namespace Milepost.Protocol.Templates;

/// <summary>
/// The parts of a template in Handlebars. E-mails have a title (the subject), html, and where they want text and a layout; in-app and push have a
/// title and text; SMS have text. A partial has html or text.
/// </summary>
public sealed record TemplateParts(string? Title = null, string? Text = null, string? Html = null, string? Layout = null);

/// <summary>A template in the list. <paramref name="Published"/>: the version in use; absent: the product's own words are.</summary>
/// <param name="Type">The notification's type, or <c>partial:</c> and a name.</param>
/// <param name="Channel">What carries it.</param>
/// <param name="Locale">A language tag.</param>
/// <param name="BuiltIn">Whether the product has words of its own for it.</param>
/// <param name="Newest">The newest version; absent: there is none but the product's.</param>
/// <param name="Published">The version in use.</param>
/// <param name="ChangedAt">When a version was last added, published or taken out of use.</param>
public sealed record TemplateItem(string Type, NotificationChannel Channel, string Locale, bool BuiltIn, int? Newest, int? Published, DateTimeOffset? ChangedAt);

/// <summary>All templates of the tenant and of the product.</summary>
public sealed record TemplateList(IReadOnlyList<TemplateItem> Items);

/// <summary>One version. Neither published nor retired: a draft.</summary>
public sealed record TemplateVersionView(
    int Version, TemplateParts Source, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? PublishedAt, string? PublishedBy, DateTimeOffset? RetiredAt);

/// <summary>A template with its versions, newest first (at most 100).</summary>
/// <param name="Type">The notification's type, or <c>partial:</c> and a name.</param>
/// <param name="Channel">What carries it.</param>
/// <param name="Locale">A language tag.</param>
/// <param name="Published">The version in use; absent: the product's words are.</param>
/// <param name="BuiltIn">The product's words; absent where it has none.</param>
/// <param name="Versions">The tenant's.</param>
public sealed record TemplateView(
    string Type, NotificationChannel Channel, string Locale, int? Published, TemplateParts? BuiltIn, IReadOnlyList<TemplateVersionView> Versions);

/// <summary>What was stored, and what its author should know.</summary>
public sealed record TemplateStored(TemplateVersionView Version, IReadOnlyList<string> Warnings);

/// <summary>Which version to put in use.</summary>
public sealed record TemplatePublishRequest(int? Version);

/// <summary>What to render. Without a source: the version, or what is in use.</summary>
public sealed record TemplatePreviewRequest
{
    public string? Type { get; init; }

    /// <summary><c>in_app</c>, <c>email</c>, <c>sms</c> or <c>push</c>.</summary>
    public string? Channel { get; init; }

    public string? Locale { get; init; }

    public TemplateParts? Source { get; init; }

    public int? Version { get; init; }

    public TemplateSample? Sample { get; init; }
}

/// <summary>What stands in the place of the sample's own values.</summary>
public sealed record TemplateSample
{
    public string? CustomerName { get; init; }

    public string? Note { get; init; }

    public string? Link { get; init; }

    /// <summary>An IANA zone.</summary>
    public string? TimeZone { get; init; }

    /// <summary>The object that templates know as <c>data</c>.</summary>
    public JsonElement? Data { get; init; }
}

/// <summary>Finished words. <paramref name="Segments"/>: what an SMS costs.</summary>
public sealed record TemplatePreview(string Title, string Text, string? Html, int Version, string Locale, IReadOnlyList<string> Warnings, int? Segments);

/// <summary>Where to send a message rendered with sample data.</summary>
public sealed record TemplateTestRequest
{
    /// <summary>An e-mail address, or a number in E.164.</summary>
    public string? To { get; init; }

    public int? Version { get; init; }

    public TemplateSample? Sample { get; init; }
}

/// <summary>What became of a test message, in the provider's words.</summary>
public sealed record TemplateTestReply(bool Sent, string Answer);
