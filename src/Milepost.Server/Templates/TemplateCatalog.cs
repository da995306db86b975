using System.Collections.Immutable;
using Milepost.Core.Templates;

namespace Milepost.Server.Templates;

/// <summary>The templates of all tenants as this node knows them: at most some seconds old.</summary>
internal sealed class TemplateCatalog(BuiltInTexts builtIn)
{
    /// <summary>How long versions are kept that are out of use: longer than any delivery waits that was planned with one.</summary>
    public static readonly TimeSpan Reach = TimeSpan.FromDays(7);

    private readonly Lock _gate = new();
    private readonly TemplateSet _none = new(builtIn, []);
    private ImmutableDictionary<string, TemplateSet> _tenants = ImmutableDictionary.Create<string, TemplateSet>(StringComparer.Ordinal);

    /// <summary>A tenant's templates; empty where it has none.</summary>
    public TemplateSet Of(string tenant) => Volatile.Read(ref _tenants).GetValueOrDefault(tenant, _none);

    /// <summary>Takes in versions that were put in or out of use. Those that are known already change nothing.</summary>
    public void Learn(IEnumerable<TemplateVersion> versions, DateTimeOffset now)
    {
        lock (_gate)
        {
            var tenants = _tenants;
            foreach (var news in versions.GroupBy(version => version.Tenant, StringComparer.Ordinal))
            {
                var known = Of(news.Key);
                if (news.All(version => known.Find(version.Number) is { } old && (old == version || IsOlder(version, old))))
                {
                    continue;
                }

                var all = known.Versions.Where(version => version.RetiredAt is not { } retired || retired > now - Reach).ToDictionary(version => version.Number);
                foreach (var version in news)
                {
                    if (!all.TryGetValue(version.Number, out var old) || !IsOlder(version, old))
                    {
                        all[version.Number] = version;
                    }
                }

                tenants = tenants.SetItem(news.Key, new TemplateSet(builtIn, OneInUse(all.Values)));
            }

            Volatile.Write(ref _tenants, tenants);
        }
    }

    // A pass may have read before a change that this node made itself in the meantime.
    private static bool IsOlder(TemplateVersion version, TemplateVersion than) => Changed(version) < Changed(than);

    private static DateTimeOffset Changed(TemplateVersion version) => version.RetiredAt ?? version.PublishedAt ?? version.CreatedAt;

    // Until the next pass the one that was replaced may look as if it were still in use.
    private static IEnumerable<TemplateVersion> OneInUse(IEnumerable<TemplateVersion> versions) =>
        versions.GroupBy(version => version.Name).SelectMany(same =>
        {
            var newest = same.Where(version => version.IsInUse).MaxBy(version => (version.PublishedAt, version.Number));
            return same.Select(version => version.IsInUse && version != newest ? version with { RetiredAt = newest!.PublishedAt } : version);
        });
}
