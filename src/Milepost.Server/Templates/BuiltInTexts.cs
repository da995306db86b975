using System.Collections.Frozen;
using System.Reflection;
using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Templates;

/// <summary>
/// The words that the product brings with it, for every type, in every language and on every channel. One file has a type's sentences in one
/// language; what stands around them on a channel is the same for all, and is put there here.
/// </summary>
internal sealed class BuiltInTexts
{
    /// <summary>The type whose words are used for a type that has none.</summary>
    public const string DefaultType = "default";

    private const string Prefix = "texts/";
    private const string PartialFolder = "partials";
    private const string WordsFile = "words.txt";

    private readonly FrozenDictionary<TemplateName, TemplateSource> _sources;
    private readonly FrozenDictionary<string, string> _partials;
    private readonly FrozenDictionary<string, Words> _words;

    private BuiltInTexts(Dictionary<TemplateName, TemplateSource> sources, Dictionary<string, string> partials, Dictionary<string, Words> words)
    {
        _sources = sources.ToFrozenDictionary();
        _partials = partials.ToFrozenDictionary(StringComparer.Ordinal);
        _words = words.ToFrozenDictionary(StringComparer.Ordinal);
    }

    public IReadOnlyCollection<TemplateName> Names => _sources.Keys;

    public IReadOnlyCollection<string> Languages => _words.Keys;

    public IReadOnlyCollection<string> Partials => _partials.Keys;

    /// <summary>Reads the files out of the program.</summary>
    public static BuiltInTexts Load()
    {
        var assembly = typeof(BuiltInTexts).Assembly;
        var sources = new Dictionary<TemplateName, TemplateSource>();
        var partials = new Dictionary<string, string>(StringComparer.Ordinal);
        var words = new Dictionary<string, Words>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            // texts/de/order.delivered.hbs
            var (folder, file) = resource[Prefix.Length..].Split('/') is [var first, var last] ? (first, last) : throw new InvalidDataException(resource);
            var name = Path.GetFileNameWithoutExtension(file);
            var text = Read(assembly, resource);
            if (folder == PartialFolder)
            {
                partials.Add(name, text);
            }
            else if (file == WordsFile)
            {
                words.Add(folder, new Words(folder, Table(text)));
            }
            else
            {
                Compose(sources, name, folder, Sections(text));
            }
        }

        return new BuiltInTexts(sources, partials, words);
    }

    /// <summary>The source for a type in one of <see cref="Languages"/>; null: there is none.</summary>
    public TemplateSource? Find(TemplateName name) => _sources.GetValueOrDefault(name);

    public string? Partial(string name) => _partials.GetValueOrDefault(name);

    /// <summary>The words of the first language that we speak.</summary>
    public Words WordsOf(string locale) => _words.GetValueOrDefault(LocaleTag.Language(locale)) ?? _words[LocaleTag.Last];

    private static void Compose(Dictionary<TemplateName, TemplateSource> sources, string type, string language, Dictionary<string, string> sections)
    {
        var title = sections["title"];
        var text = sections["text"];
        sources.Add(new TemplateName(type, NotificationChannel.InApp, language), new TemplateSource { Title = title, Text = text });
        sources.Add(new TemplateName(type, NotificationChannel.Push, language), new TemplateSource { Title = title, Text = sections.GetValueOrDefault("push", text) });
        sources.Add(new TemplateName(type, NotificationChannel.Sms, language), new TemplateSource
        {
            Text = "{{#if brand.name}}{{brand.name}}: {{/if}}" + sections["sms"] + "{{#if link}} {{link}}{{/if}}",
        });
        sources.Add(new TemplateName(type, NotificationChannel.Email, language), new TemplateSource
        {
            Title = sections["subject"],
            Html = $$$"""
                <h1>{{{title}}}</h1>
                {{#if customer.name}}<p>{{word "hello" name=(first-name customer.name)}}</p>{{/if}}
                {{{sections["mail"]}}}
                {{> order}}
                {{#if order}}{{> button label=(word "track")}}{{else}}{{> button label=(word "open")}}{{/if}}
                """,
            Layout = "layout",
        });
    }

    private static Dictionary<string, string> Sections(string text)
    {
        var sections = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split("\n[", StringSplitOptions.RemoveEmptyEntries))
        {
            var end = part.IndexOf("]\n", StringComparison.Ordinal);
            sections.Add(part[..end].TrimStart('['), part[(end + 2)..].TrimEnd('\n'));
        }

        return sections;
    }

    private static Dictionary<string, string> Table(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(" = ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
