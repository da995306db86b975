using System.Collections.Concurrent;
using System.Collections.Frozen;
using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Templates;

/// <summary>One tenant's templates as they are now; made anew when one changes. Compiled when first used.</summary>
internal sealed class TemplateSet
{
    private readonly BuiltInTexts _builtIn;
    private readonly FrozenDictionary<int, TemplateVersion> _byNumber;
    private readonly FrozenDictionary<TemplateName, TemplateVersion> _inUse;
    private readonly ConcurrentDictionary<(NotificationChannel Channel, string Locale), TemplateEnvironment> _environments = new();
    private readonly ConcurrentDictionary<int, CompiledTemplate> _compiled = new();

    public TemplateSet(BuiltInTexts builtIn, IEnumerable<TemplateVersion> versions)
    {
        _builtIn = builtIn;
        _byNumber = versions.ToFrozenDictionary(version => version.Number);
        _inUse = _byNumber.Values.Where(version => version.IsInUse).ToFrozenDictionary(version => version.Name);
    }

    /// <summary>The versions that were ever in use, as far back as a delivery may still name one.</summary>
    public IEnumerable<TemplateVersion> Versions => _byNumber.Values;

    public int InUse => _inUse.Count;

    public TemplateVersion? Find(TemplateName name) => _inUse.GetValueOrDefault(name);

    public TemplateVersion? Find(int number) => _byNumber.GetValueOrDefault(number);

    /// <exception cref="TemplateFaultException">It is no template any more: what it includes has changed.</exception>
    public CompiledTemplate Compile(TemplateVersion version) => _compiled.GetOrAdd(version.Number, _ => Compile(version.Name, version.Source));

    /// <summary>Compiles a source that is not in use (yet), among the tenant's partials.</summary>
    /// <exception cref="TemplateFaultException">It is not a template.</exception>
    public CompiledTemplate Compile(TemplateName name, TemplateSource source) => new(EnvironmentOf(name.Channel, name.Locale), name.Channel, source);

    /// <summary>Compiles a partial's source, which cannot be rendered by itself.</summary>
    /// <exception cref="TemplateFaultException">It is not a template.</exception>
    public void CheckPartial(TemplateName name, TemplateSource source)
    {
        var environment = EnvironmentOf(name.Channel, name.Locale);
        environment.Compile("html", source.Html ?? source.Text ?? throw new TemplateFaultException("is missing") { Part = "html" }, isHtml: source.Html is not null);
    }

    private TemplateEnvironment EnvironmentOf(NotificationChannel channel, string locale) =>
        _environments.GetOrAdd((channel, locale), key => new TemplateEnvironment(name => Partial(name, key.Channel, key.Locale)));

    private string? Partial(string name, NotificationChannel channel, string locale)
    {
        foreach (var tag in LocaleTag.Chain(locale, null))
        {
            if (_inUse.TryGetValue(new TemplateName(TemplateName.PartialPrefix + name, channel, tag), out var own))
            {
                return own.Source.Html ?? own.Source.Text;
            }
        }

        return channel == NotificationChannel.Email ? _builtIn.Partial(name) : null;
    }
}
