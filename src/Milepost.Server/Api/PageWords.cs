using System.Collections.Frozen;
using System.Text.Json;
using Milepost.Core.Customers;
using Milepost.Core.Tenants;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Api;

/// <summary>The words of a page for people who have no account here, as files of the program: one for each language.</summary>
/// <param name="prefix">What the names of the files begin with, for example <c>guest/</c>.</param>
internal sealed class PageWords(string prefix)
{
    private const string Suffix = ".json";

    private readonly FrozenDictionary<string, string> _files = typeof(PageWords).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[prefix.Length..^Suffix.Length], Read, StringComparer.Ordinal);

    public IReadOnlyCollection<string> Languages => _files.Keys;

    /// <summary>The file of one of <see cref="Languages"/> as it is.</summary>
    public string FileOf(string language) => _files[language];

    /// <summary>The words of one of <see cref="Languages"/>.</summary>
    public IReadOnlyDictionary<string, string> Of(string language) =>
        JsonDocument.Parse(_files[language]).RootElement.EnumerateObject().ToDictionary(word => word.Name, word => word.Value.GetString()!, StringComparer.Ordinal);

    /// <summary>The language of the first of these tags that is spoken here; English where none is.</summary>
    public string Choose(IEnumerable<string?> tags) =>
        tags.OfType<string>().Select(tag => LocaleTag.Language(LocaleTag.Normalize(tag))).FirstOrDefault(_files.ContainsKey) ?? LocaleTag.Last;

    /// <summary>
    /// For a reader of whom something is known: the customer's choice, what the shop told of the customer, what the reader's browser asks for, the tenant's,
    /// English.
    /// </summary>
    public string Choose(Customer? customer, HttpRequest request, TenantSettings tenant) =>
        Choose([customer?.Preferences.Locale, customer?.Profile.Locale, .. Asked(request), tenant.Preferences.Locale, tenant.Brand.Locale]);

    /// <summary>What the reader's browser asks for, the dearest first.</summary>
    public static IEnumerable<string> Asked(HttpRequest request) =>
        request.GetTypedHeaders().AcceptLanguage.Where(language => language.Quality is not 0).OrderByDescending(language => language.Quality ?? 1).Select(language => language.Value.ToString());

    /// <summary>A file of the program.</summary>
    public static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(PageWords).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}
