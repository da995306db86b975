namespace Milepost.Core.Templates;

/// <summary>A template as the list shows it.</summary>
/// <param name="Name">What it is for.</param>
/// <param name="Newest">The newest version.</param>
/// <param name="Published">The version in use; null: ours is.</param>
/// <param name="ChangedAt">When a version was last added, published or retired.</param>
public sealed record ListedTemplate(TemplateName Name, int Newest, int? Published, DateTimeOffset ChangedAt);

/// <summary>Keeps the tenants' templates with all their versions.</summary>
public interface ITemplateStore
{
    /// <summary>Adds a draft, and gives it the tenant's next number.</summary>
    Task<TemplateVersion> AddAsync(string tenant, TemplateName name, TemplateSource source, string by, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Puts a version in use, in the place of the one that was. Null: that template has no such version.</summary>
    Task<TemplateVersion?> PublishAsync(string tenant, TemplateName name, int number, string by, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Takes the version in use out of use. False: there is none.</summary>
    Task<bool> RetireAsync(string tenant, TemplateName name, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>A template's versions, newest first.</summary>
    Task<IReadOnlyList<TemplateVersion>> VersionsAsync(string tenant, TemplateName name, int limit, CancellationToken cancellationToken);

    /// <summary>Null: that template has no such version.</summary>
    Task<TemplateVersion?> FindAsync(string tenant, TemplateName name, int number, CancellationToken cancellationToken);

    /// <summary>A tenant's templates, by type, channel and locale.</summary>
    Task<IReadOnlyList<ListedTemplate>> ListAsync(string tenant, CancellationToken cancellationToken);

    /// <summary>
    /// Of all tenants, the versions that were put in or out of use at or after <paramref name="changedSince"/>, without those that are out of use
    /// since before <paramref name="retiredSince"/>. In no particular order.
    /// </summary>
    Task<IReadOnlyList<TemplateVersion>> ListUsedAsync(DateTimeOffset changedSince, DateTimeOffset retiredSince, CancellationToken cancellationToken);
}
