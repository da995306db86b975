using Milepost.Core.Templates;
using Milepost.Protocol.Templates;

namespace Milepost.Server.Templates;

/// <summary>Writes templates in the words of the protocol.</summary>
internal static class TemplateViews
{
    public static TemplateItem Item(TemplateName name, ListedTemplate? listed, bool isBuiltIn) =>
        new(name.Type, name.Channel, name.Locale, isBuiltIn, listed?.Newest, listed?.Published, listed?.ChangedAt);

    public static TemplateVersionView Version(TemplateVersion version) => new(
        version.Number, Parts(version.Source), version.CreatedAt, version.CreatedBy, version.PublishedAt, version.PublishedBy, version.RetiredAt);

    public static TemplateParts Parts(TemplateSource source) => new(source.Title, source.Text, source.Html, source.Layout);

    public static TemplateSource Source(TemplateParts parts) => new() { Title = parts.Title, Text = parts.Text, Html = parts.Html, Layout = parts.Layout };
}
