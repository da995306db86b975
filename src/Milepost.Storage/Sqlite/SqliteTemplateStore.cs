using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteTemplateStore(SqliteDatabase database) : ITemplateStore
{
    private const string Select =
        "SELECT tenant, number, type, channel, locale, source, created, created_by, published, published_by, retired FROM templates";

    private const string OfName = "tenant = ? AND type = ? AND channel = ? AND locale = ?";

    public Task<TemplateVersion> AddAsync(string tenant, TemplateName name, TemplateSource source, string by, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            int number;
            using (var last = session.Prepare("SELECT COALESCE(MAX(number), 0) FROM templates WHERE tenant = ?").Bind(1, tenant))
            {
                last.Step();
                number = last.Int(0) + 1;
            }

            Bind(session.Prepare("INSERT INTO templates (tenant, type, channel, locale, number, source, created, created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"), tenant, name)
                .Bind(5, number).Bind(6, JsonSerializer.SerializeToUtf8Bytes(source, CoreJson.Default.TemplateSource)).Bind(7, at).Bind(8, by).Run();
            return new TemplateVersion { Tenant = tenant, Name = name, Number = number, Source = source, CreatedAt = at, CreatedBy = by };
        },
        cancellationToken);

    public Task<TemplateVersion?> PublishAsync(string tenant, TemplateName name, int number, string by, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            if (One(session, tenant, name, number) is not { } version)
            {
                return null;
            }

            Retire(session, tenant, name, at);
            session.Prepare("UPDATE templates SET published = ?, published_by = ?, retired = NULL, changed = ? WHERE tenant = ? AND number = ?")
                .Bind(1, at).Bind(2, by).Bind(3, at).Bind(4, tenant).Bind(5, number).Run();
            return version with { PublishedAt = at, PublishedBy = by, RetiredAt = null };
        },
        cancellationToken);

    public Task<bool> RetireAsync(string tenant, TemplateName name, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(session => Retire(session, tenant, name, at) > 0, cancellationToken);

    public Task<IReadOnlyList<TemplateVersion>> VersionsAsync(string tenant, TemplateName name, int limit, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = Bind(session.Prepare($"{Select} WHERE {OfName} ORDER BY number DESC LIMIT ?"), tenant, name).Bind(5, limit);
        return Read(statement);
    }));

    public Task<TemplateVersion?> FindAsync(string tenant, TemplateName name, int number, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(session => One(session, tenant, name, number)));

    public Task<IReadOnlyList<ListedTemplate>> ListAsync(string tenant, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare(
            """
            SELECT type, channel, locale, MAX(number), MAX(CASE WHEN published IS NOT NULL AND retired IS NULL THEN number END), MAX(MAX(COALESCE(changed, 0)), MAX(created))
            FROM templates WHERE tenant = ? GROUP BY type, channel, locale ORDER BY type, channel, locale
            """).Bind(1, tenant);
        var rows = new List<ListedTemplate>();
        while (statement.Step())
        {
            var name = new TemplateName(statement.Text(0), (NotificationChannel)statement.Int(1), statement.Text(2));
            rows.Add(new ListedTemplate(name, statement.Int(3), statement.IsNull(4) ? null : statement.Int(4), statement.Time(5)!.Value));
        }

        return (IReadOnlyList<ListedTemplate>)rows;
    }));

    public Task<IReadOnlyList<TemplateVersion>> ListUsedAsync(DateTimeOffset changedSince, DateTimeOffset retiredSince, CancellationToken cancellationToken) =>
        Task.FromResult(database.Read(session =>
        {
            using var statement = session.Prepare($"{Select} WHERE published IS NOT NULL AND changed >= ? AND (retired IS NULL OR retired >= ?)").Bind(1, changedSince).Bind(2, retiredSince);
            return Read(statement);
        }));

    private static long Retire(SqliteSession session, string tenant, TemplateName name, DateTimeOffset at) => session.Count(
        session.Prepare("UPDATE templates SET retired = ?, changed = ? WHERE tenant = ? AND type = ? AND channel = ? AND locale = ? AND published IS NOT NULL AND retired IS NULL")
            .Bind(1, at).Bind(2, at).Bind(3, tenant).Bind(4, name.Type).Bind(5, (int)name.Channel).Bind(6, name.Locale));

    private static TemplateVersion? One(SqliteSession session, string tenant, TemplateName name, int number)
    {
        using var statement = Bind(session.Prepare($"{Select} WHERE {OfName} AND number = ?"), tenant, name).Bind(5, number);
        return Read(statement) is [var found] ? found : null;
    }

    private static SqliteStatement Bind(SqliteStatement statement, string tenant, TemplateName name) =>
        statement.Bind(1, tenant).Bind(2, name.Type).Bind(3, (int)name.Channel).Bind(4, name.Locale);

    private static IReadOnlyList<TemplateVersion> Read(in SqliteStatement statement)
    {
        var versions = new List<TemplateVersion>();
        while (statement.Step())
        {
            versions.Add(new TemplateVersion
            {
                Tenant = statement.Text(0),
                Number = statement.Int(1),
                Name = new TemplateName(statement.Text(2), (NotificationChannel)statement.Int(3), statement.Text(4)),
                Source = JsonSerializer.Deserialize(statement.Blob(5), CoreJson.Default.TemplateSource)!,
                CreatedAt = statement.Time(6)!.Value,
                CreatedBy = statement.Text(7),
                PublishedAt = statement.Time(8),
                PublishedBy = statement.IsNull(9) ? null : statement.Text(9),
                RetiredAt = statement.Time(10),
            });
        }

        return versions;
    }
}
