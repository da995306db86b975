using System.Collections.Concurrent;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Templates;

/// <summary>
/// The words of notifications. A tenant's template that cannot be rendered never stops anything: ours take its place, which is counted, and
/// told once for each version.
/// </summary>
internal sealed partial class Texts(BuiltInTexts builtIn, TemplateCatalog catalog, ITenantCatalog tenants, ILogger<Texts> logger) : ITexts
{
    private readonly TemplateEnvironment _environment = new(builtIn.Partial);
    private readonly ConcurrentDictionary<TemplateName, CompiledTemplate> _compiled = new();
    private readonly ConcurrentDictionary<(string Tenant, int Number), bool> _told = new();

    public RenderedText Render(TemplateKey key, int? version, TextModel model)
    {
        var chain = ChainOf(key);
        if (version != ITexts.BuiltIn)
        {
            var set = catalog.Of(key.Tenant);
            var own = version is { } number ? set.Find(number) : null;
            own ??= FindOwn(set, key, chain);
            if (own is not null && TryRender(set, own, key.Locale, model) is { } text)
            {
                return text;
            }
        }

        return RenderBuiltIn(FindBuiltIn(key, chain), key.Locale, model);
    }

    public int VersionOf(TemplateKey key) => FindOwn(catalog.Of(key.Tenant), key, ChainOf(key))?.Number ?? ITexts.BuiltIn;

    /// <summary>Renders a source that may not be in use.</summary>
    /// <exception cref="TemplateFaultException">It cannot be rendered with this model.</exception>
    public RenderedText Preview(string tenant, TemplateName name, TemplateSource source, int version, TextModel model) =>
        Write(catalog.Of(tenant).Compile(name, source), name.Locale, name.Locale, version, model);

    /// <summary>Ours, without anything of the tenant's.</summary>
    public RenderedText RenderBuiltIn(TemplateName name, string locale, TextModel model)
    {
        try
        {
            return Write(_compiled.GetOrAdd(name, Compile), locale, name.Locale, ITexts.BuiltIn, model);
        }
        catch (TemplateFaultException) when (name.Type != BuiltInTexts.DefaultType && model.Order is null)
        {
            // The words of an order without an order.
            return RenderBuiltIn(name with { Type = BuiltInTexts.DefaultType }, locale, model);
        }
    }

    private RenderedText? TryRender(TemplateSet set, TemplateVersion version, string locale, TextModel model)
    {
        try
        {
            return Write(set.Compile(version), locale, version.Name.Locale, version.Number, model);
        }
        catch (TemplateFaultException fault)
        {
            TemplateMetrics.Broken(version.Name.Channel);
            if (_told.TryAdd((version.Tenant, version.Number), true))
            {
                Log.Broken(logger, version.Tenant, version.Number, version.Name.Type, version.Name.Locale, fault.Describe());
            }

            return null;
        }
    }

    private RenderedText Write(CompiledTemplate template, string asked, string found, int version, TextModel model)
    {
        // Dates stand among words of one language; a customer from Austria still gets Austrian ones among German words.
        var locale = LocaleTag.SameLanguage(asked, found) ? asked : found;
        var formats = new TextFormats(locale, builtIn.WordsOf(found), model.TimeZone, model.Now);
        var (title, text, html) = template.Render(ModelMapping.Map(model, locale, LocaleTag.Language(found)), formats);
        return new RenderedText(title, text, html, version, found);
    }

    private CompiledTemplate Compile(TemplateName name) => new(_environment, name.Channel, builtIn.Find(name)!);

    private string[] ChainOf(TemplateKey key) =>
        [.. LocaleTag.Chain(LocaleTag.Normalize(key.Locale), tenants.Of(key.Tenant).Brand.Locale is { } tag ? LocaleTag.Normalize(tag) : null)];

    // The type's words before general ones: ours for the type go before the tenant's for no type in particular.
    private TemplateVersion? FindOwn(TemplateSet set, TemplateKey key, string[] chain)
    {
        if (set.InUse == 0)
        {
            return null;
        }

        return First(chain, tag => set.Find(new TemplateName(key.Type, key.Channel, tag)))
            ?? (builtIn.Find(new TemplateName(key.Type, key.Channel, LocaleTag.Last)) is null
                ? First(chain, tag => set.Find(new TemplateName(BuiltInTexts.DefaultType, key.Channel, tag)))
                : null);
    }

    private TemplateName FindBuiltIn(TemplateKey key, string[] chain)
    {
        var type = builtIn.Find(new TemplateName(key.Type, key.Channel, LocaleTag.Last)) is null ? BuiltInTexts.DefaultType : key.Type;
        var locale = First(chain, tag => builtIn.Find(new TemplateName(type, key.Channel, tag)) is null ? null : tag);
        return new TemplateName(type, key.Channel, locale ?? LocaleTag.Last);
    }

    private static T? First<T>(string[] chain, Func<string, T?> find)
        where T : class
    {
        foreach (var tag in chain)
        {
            if (find(tag) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Template {Version} of {Tenant} ({Type}, {Locale}) cannot be rendered, ours takes its place: {Fault}")]
        public static partial void Broken(ILogger logger, string tenant, int version, string type, string locale, string fault);
    }
}
