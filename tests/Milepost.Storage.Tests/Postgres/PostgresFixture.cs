using Milepost.Storage.Postgres;
using Milepost.Storage.Tests.Postgres;
using Milepost.Testing.Servers;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Milepost.Storage.Tests.Postgres;

/// <summary>One server for all tests of this assembly that do not kill it.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>A fresh database and two nodes on it: what is true must be true across nodes.</summary>
internal sealed class TwoNodes : IAsyncDisposable
{
    private TwoNodes(string connectionString, PostgresDatabase one, PostgresDatabase two) => (ConnectionString, One, Two) = (connectionString, one, two);

    public string ConnectionString { get; }

    public PostgresDatabase One { get; }

    public PostgresDatabase Two { get; }

    public static async Task<TwoNodes> OpenAsync(PostgresServer server) => await OpenAsync(await server.CreateDatabaseAsync());

    public static async Task<TwoNodes> OpenAsync(string connectionString) => new(connectionString, await NodeAsync(connectionString), await NodeAsync(connectionString));

    public static async Task<PostgresDatabase> NodeAsync(string connectionString)
    {
        var database = new PostgresDatabase(new PostgresSettings(connectionString));
        await database.OpenAsync(TimeProvider.System, progress: null, CancellationToken.None);
        return database;
    }

    public static Stores Over(PostgresDatabase database) => new(new PostgresOrderStore(database), new PostgresNotificationStore(database), new PostgresStreamLog(database));

    /// <summary>Orders are recorded on one node; inboxes and streams are read on the other.</summary>
    public Stores Stores() => new(new PostgresOrderStore(One), new PostgresNotificationStore(Two), new PostgresStreamLog(Two));

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Two.DisposeAsync();
    }
}
