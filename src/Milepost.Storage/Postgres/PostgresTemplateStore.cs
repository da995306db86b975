using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;
using Npgsql;

namespace Milepost.Storage.Postgres;

public sealed class PostgresTemplateStore(PostgresDatabase database) : ITemplateStore
{
    // Changes of one tenant's templates are made one after the other: numbers are given without gap or repeat, and one version is in use.
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('milepost.templates:' || $1, 0))";

    private const string Columns = "tenant, number, type, channel, locale, source, created, created_by, published, published_by, retired";

    private const string OfName = "tenant = $1 AND type = $2 AND channel = $3 AND locale = $4";

    private const string Retire = $"UPDATE templates SET retired = $5, changed = $5 WHERE {OfName} AND published IS NOT NULL AND retired IS NULL";

    public Task<TemplateVersion> AddAsync(string tenant, TemplateName name, TemplateSource source, string by, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.Of(tenant),
        async session =>
        {
            session.Add(Lock, tenant);
            session.Add(
                $"""
                INSERT INTO templates (tenant, number, type, channel, locale, source, created, created_by)
                SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7 FROM templates WHERE tenant = $1 RETURNING {Columns}
                """,
                tenant, name.Type, (int)name.Channel, name.Locale, JsonSerializer.SerializeToUtf8Bytes(source, CoreJson.Default.TemplateSource), at.UtcTicks, by);
            return (await LastAsync(session, skip: 1, cancellationToken))!;
        },
        cancellationToken);

    public Task<TemplateVersion?> PublishAsync(string tenant, TemplateName name, int number, string by, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.Of(tenant),
        async session =>
        {
            session.Add(Lock, tenant);
            session.Add(
                $"{Retire} AND EXISTS (SELECT 1 FROM templates WHERE {OfName} AND number = $6)",
                tenant, name.Type, (int)name.Channel, name.Locale, at.UtcTicks, number);
            session.Add(
                $"UPDATE templates SET published = $5, published_by = $7, retired = NULL, changed = $5 WHERE {OfName} AND number = $6 RETURNING {Columns}",
                tenant, name.Type, (int)name.Channel, name.Locale, at.UtcTicks, number, by);
            // An update gives no result set; the lock does.
            return await LastAsync(session, skip: 1, cancellationToken);
        },
        cancellationToken);

    public Task<bool> RetireAsync(string tenant, TemplateName name, DateTimeOffset at, CancellationToken cancellationToken) => database.WriteAsync(
        TenantScope.Of(tenant),
        async session =>
        {
            session.Add(Lock, tenant);
            session.Add($"{Retire} RETURNING {Columns}", tenant, name.Type, (int)name.Channel, name.Locale, at.UtcTicks);
            return await LastAsync(session, skip: 1, cancellationToken) is not null;
        },
        cancellationToken);

    public Task<IReadOnlyList<TemplateVersion>> VersionsAsync(string tenant, TemplateName name, int limit, CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<TemplateVersion>>(
        TenantScope.Of(tenant),
        session => session.Add($"SELECT {Columns} FROM templates WHERE {OfName} ORDER BY number DESC LIMIT $5", tenant, name.Type, (int)name.Channel, name.Locale, (long)limit),
        async reader => await ReadAsync(reader, cancellationToken),
        cancellationToken);

    public Task<TemplateVersion?> FindAsync(string tenant, TemplateName name, int number, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add($"SELECT {Columns} FROM templates WHERE {OfName} AND number = $5", tenant, name.Type, (int)name.Channel, name.Locale, number),
        async reader => await ReadAsync(reader, cancellationToken) is [var found] ? found : null,
        cancellationToken);

    public Task<IReadOnlyList<ListedTemplate>> ListAsync(string tenant, CancellationToken cancellationToken) => database.ReadAsync(
        TenantScope.Of(tenant),
        session => session.Add(
            """
            SELECT type, channel, locale, MAX(number), MAX(number) FILTER (WHERE published IS NOT NULL AND retired IS NULL), GREATEST(MAX(changed), MAX(created))
            FROM templates WHERE tenant = $1 GROUP BY type, channel, locale ORDER BY type, channel, locale
            """,
            tenant),
        async reader =>
        {
            var rows = new List<ListedTemplate>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var name = new TemplateName(reader.GetString(0), (NotificationChannel)reader.GetInt32(1), reader.GetString(2));
                rows.Add(new ListedTemplate(name, reader.GetInt32(3), reader.IsDBNull(4) ? null : reader.GetInt32(4), Time(reader.GetInt64(5))));
            }

            return (IReadOnlyList<ListedTemplate>)rows;
        },
        cancellationToken);

    // Every node must know everybody's: this is a pass over the whole installation.
    public Task<IReadOnlyList<TemplateVersion>> ListUsedAsync(DateTimeOffset changedSince, DateTimeOffset retiredSince, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<TemplateVersion>>(
            TenantScope.All,
            session => session.Add(
                $"SELECT {Columns} FROM templates WHERE published IS NOT NULL AND changed >= $1 AND (retired IS NULL OR retired >= $2)", changedSince.UtcTicks, retiredSince.UtcTicks),
            async reader => await ReadAsync(reader, cancellationToken),
            cancellationToken);

    private static async Task<TemplateVersion?> LastAsync(PostgresSession session, int skip, CancellationToken cancellationToken)
    {
        await using var reader = await session.SendLastAsync();
        for (var result = 0; result < skip; result++)
        {
            await reader.NextResultAsync(CancellationToken.None);
        }

        var found = await ReadAsync(reader, cancellationToken) is [var version] ? version : null;
        while (await reader.NextResultAsync(CancellationToken.None))
        {
            // To the COMMIT: its failure shows there.
        }

        return found;
    }

    private static async Task<List<TemplateVersion>> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var versions = new List<TemplateVersion>();
        while (await reader.ReadAsync(cancellationToken))
        {
            versions.Add(new TemplateVersion
            {
                Tenant = reader.GetString(0),
                Number = reader.GetInt32(1),
                Name = new TemplateName(reader.GetString(2), (NotificationChannel)reader.GetInt32(3), reader.GetString(4)),
                Source = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(5), CoreJson.Default.TemplateSource)!,
                CreatedAt = Time(reader.GetInt64(6)),
                CreatedBy = reader.GetString(7),
                PublishedAt = reader.IsDBNull(8) ? null : Time(reader.GetInt64(8)),
                PublishedBy = reader.IsDBNull(9) ? null : reader.GetString(9),
                RetiredAt = reader.IsDBNull(10) ? null : Time(reader.GetInt64(10)),
            });
        }

        return versions;
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);
}
