using Milepost.Storage.Postgres;
using Milepost.Storage.Sqlite;

namespace Milepost.Server.Hosting.Storage;

/// <summary>The database engine beneath the stores, as far as the host has to do with it.</summary>
internal interface IStorageEngine
{
    /// <summary>The identity of the data set; known once it was opened.</summary>
    long Epoch { get; }

    /// <summary>The secret of the links in messages; known once it was opened.</summary>
    string LinkKey { get; }

    /// <summary>Reaches the database and brings its schema up to date; gives what an operator should know of it.</summary>
    Task<IReadOnlyList<string>> OpenAsync(Action<string> progress, CancellationToken cancellationToken);

    /// <summary>Fails while nothing could be recorded.</summary>
    Task PingAsync(CancellationToken cancellationToken);
}

internal sealed class SqliteEngine(SqliteDatabase database) : IStorageEngine
{
    public long Epoch => database.Epoch;

    public string LinkKey => database.LinkKey;

    // The file was opened when the object was made.
    public Task<IReadOnlyList<string>> OpenAsync(Action<string> progress, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>([]);

    public Task PingAsync(CancellationToken cancellationToken)
    {
        database.Ping();
        return Task.CompletedTask;
    }
}

internal sealed class PostgresEngine(PostgresDatabase database, TimeProvider time) : IStorageEngine
{
    public long Epoch => database.Epoch;

    public string LinkKey => database.LinkKey;

    public Task<IReadOnlyList<string>> OpenAsync(Action<string> progress, CancellationToken cancellationToken) => database.OpenAsync(time, progress, cancellationToken);

    public Task PingAsync(CancellationToken cancellationToken) => database.PingAsync(cancellationToken);
}
