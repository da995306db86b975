using Milepost.Protocol.Preferences;

namespace Milepost.Core.Templates;

/// <summary>Which words are asked for.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Type">The notification's type, for example <c>order.delivered</c>. One without a template has the words of <c>default</c>.</param>
/// <param name="Channel">What carries them.</param>
/// <param name="Locale">The customer's language as a BCP 47 tag; it is also how amounts and times are written.</param>
public readonly record struct TemplateKey(string Tenant, string Type, NotificationChannel Channel, string Locale);

/// <summary>Finished words.</summary>
/// <param name="Title">The subject of an e-mail, the title in the inbox and of a push; empty for SMS.</param>
/// <param name="Text">Plain text.</param>
/// <param name="Html">The HTML part of an e-mail; null on the other channels.</param>
/// <param name="Version">The tenant's version that was used; <see cref="ITexts.BuiltIn"/>: ours.</param>
/// <param name="Locale">The language that was found.</param>
public sealed record RenderedText(string Title, string Text, string? Html, int Version, string Locale);
