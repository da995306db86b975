using Milepost.Core.Access;

namespace Milepost.Storage.Sqlite;

public sealed class SqliteRevocationStore(SqliteDatabase database) : IRevocationStore
{
    public Task AddAsync(Revocation revocation, CancellationToken cancellationToken) => database.WriteAsync(
        session =>
        {
            session.Prepare("INSERT INTO revocations (tenant, subject, before, at, reason) VALUES (?, ?, ?, ?, ?)")
                .Bind(1, revocation.Tenant).Bind(2, revocation.Subject).Bind(3, revocation.Before).Bind(4, revocation.At).Bind(5, revocation.Reason).Run();
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<Revocation>> ListSinceAsync(DateTimeOffset at, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session.Prepare("SELECT place, tenant, subject, before, at, reason FROM revocations WHERE at >= ? ORDER BY at, place").Bind(1, at);
        return (IReadOnlyList<Revocation>)[.. Read(statement).Select(listed => listed.Revocation)];
    }));

    public Task<IReadOnlyList<ListedRevocation>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken) => Task.FromResult(database.Read(session =>
    {
        using var statement = session
            .Prepare("SELECT place, tenant, subject, before, at, reason FROM revocations WHERE tenant = ? AND place < ? ORDER BY place DESC LIMIT ?")
            .Bind(1, tenant).Bind(2, before ?? long.MaxValue).Bind(3, limit);
        return (IReadOnlyList<ListedRevocation>)Read(statement);
    }));

    private static List<ListedRevocation> Read(in SqliteStatement statement)
    {
        var rows = new List<ListedRevocation>();
        while (statement.Step())
        {
            var reason = statement.IsNull(5) ? null : statement.Text(5);
            rows.Add(new ListedRevocation(new Revocation(statement.Text(1), statement.Text(2), statement.Time(3)!.Value, statement.Time(4)!.Value, reason), statement.Long(0)));
        }

        return rows;
    }
}
