using Milepost.Core.Templates;

namespace Milepost.Core.Tests;

/// <summary>The model that every template store is compared with.</summary>
internal sealed class MemoryTemplateStore : ITemplateStore
{
    private readonly Lock _gate = new();
    private readonly List<(TemplateVersion Version, DateTimeOffset? Changed)> _rows = [];

    public Task<TemplateVersion> AddAsync(string tenant, TemplateName name, TemplateSource source, string by, DateTimeOffset at, CancellationToken cancellationToken) => InTurn(() =>
    {
        var number = _rows.Where(row => row.Version.Tenant == tenant).Select(row => row.Version.Number).DefaultIfEmpty(0).Max() + 1;
        var version = new TemplateVersion { Tenant = tenant, Name = name, Number = number, Source = source, CreatedAt = at, CreatedBy = by };
        _rows.Add((version, null));
        return version;
    });

    public Task<TemplateVersion?> PublishAsync(string tenant, TemplateName name, int number, string by, DateTimeOffset at, CancellationToken cancellationToken) => InTurn(() =>
    {
        if (_rows.FindIndex(row => Is(row.Version, tenant, name) && row.Version.Number == number) is not (>= 0 and var index))
        {
            return null;
        }

        Retire(tenant, name, at);
        _rows[index] = (_rows[index].Version with { PublishedAt = at, PublishedBy = by, RetiredAt = null }, at);
        return _rows[index].Version;
    });

    public Task<bool> RetireAsync(string tenant, TemplateName name, DateTimeOffset at, CancellationToken cancellationToken) => InTurn(() => Retire(tenant, name, at));

    public Task<IReadOnlyList<TemplateVersion>> VersionsAsync(string tenant, TemplateName name, int limit, CancellationToken cancellationToken) =>
        InTurn<IReadOnlyList<TemplateVersion>>(() =>
            [.. _rows.Select(row => row.Version).Where(version => Is(version, tenant, name)).OrderByDescending(version => version.Number).Take(limit)]);

    public Task<TemplateVersion?> FindAsync(string tenant, TemplateName name, int number, CancellationToken cancellationToken) =>
        InTurn(() => _rows.Select(row => row.Version).FirstOrDefault(version => Is(version, tenant, name) && version.Number == number));

    public Task<IReadOnlyList<ListedTemplate>> ListAsync(string tenant, CancellationToken cancellationToken) => InTurn<IReadOnlyList<ListedTemplate>>(() =>
        [.. _rows.Where(row => row.Version.Tenant == tenant).GroupBy(row => row.Version.Name).Select(same => new ListedTemplate(
            same.Key,
            same.Max(row => row.Version.Number),
            same.Select(row => row.Version).FirstOrDefault(version => version.IsInUse)?.Number,
            same.Max(row => row.Changed > row.Version.CreatedAt ? row.Changed.Value : row.Version.CreatedAt)))
            .OrderBy(row => row.Name.Type, StringComparer.Ordinal).ThenBy(row => row.Name.Channel).ThenBy(row => row.Name.Locale, StringComparer.Ordinal)]);

    public Task<IReadOnlyList<TemplateVersion>> ListUsedAsync(DateTimeOffset changedSince, DateTimeOffset retiredSince, CancellationToken cancellationToken) =>
        InTurn<IReadOnlyList<TemplateVersion>>(() =>
            [.. _rows.Where(row => row.Version.PublishedAt is not null && row.Changed >= changedSince && (row.Version.RetiredAt is not { } retired || retired >= retiredSince)).Select(row => row.Version)]);

    private static bool Is(TemplateVersion version, string tenant, TemplateName name) => version.Tenant == tenant && version.Name == name;

    private bool Retire(string tenant, TemplateName name, DateTimeOffset at)
    {
        var index = _rows.FindIndex(row => Is(row.Version, tenant, name) && row.Version.IsInUse);
        if (index >= 0)
        {
            _rows[index] = (_rows[index].Version with { RetiredAt = at }, at);
        }

        return index >= 0;
    }

    private Task<T> InTurn<T>(Func<T> work)
    {
        lock (_gate)
        {
            return Task.FromResult(work());
        }
    }
}
