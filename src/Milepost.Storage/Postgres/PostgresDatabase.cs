using System.Globalization;
using Milepost.Core.Recording;
using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>
/// A database on a PostgreSQL server that several nodes share. Making one reaches no server; <see cref="OpenAsync"/> does, and until it has succeeded
/// every call is answered with <see cref="StoreUnavailableException"/>.
/// </summary>
public sealed class PostgresDatabase : IAsyncDisposable
{
    // A unit of work that met another one is run again as a whole. Locks are taken in one order everywhere, so it is rare.
    private const int MaxRuns = 3;

    private readonly NpgsqlDataSource _writers;
    private readonly NpgsqlDataSource _readers;
    private readonly NpgsqlDataSource _maintenance;
    private long? _epoch;
    private string? _linkKey;

    public PostgresDatabase(PostgresSettings settings)
    {
        _writers = settings.Writers();
        _readers = settings.Readers();
        _maintenance = settings.Maintenance();
    }

    /// <summary>The identity of this data set: made when the database is, and never again.</summary>
    public long Epoch => _epoch ?? throw new StoreUnavailableException("PostgreSQL: the server has not been reached yet.");

    /// <summary>The secret of the links in messages; made with the data set and kept in it.</summary>
    public string LinkKey => _linkKey ?? throw new StoreUnavailableException("PostgreSQL: the server has not been reached yet.");

    /// <summary>Connections for work that takes its time; see <see cref="PostgresSettings.Maintenance"/>.</summary>
    internal NpgsqlDataSource MaintenanceSource => _maintenance;

    /// <summary>Brings the schema up to date, makes the partitions of the coming weeks and learns the epoch.</summary>
    /// <returns>What an operator should know of the server's settings.</returns>
    /// <exception cref="StoreUnavailableException">The server cannot be reached; trying again may help.</exception>
    /// <exception cref="NewerSchemaException">The schema was made by a newer version.</exception>
    public async Task<IReadOnlyList<string>> OpenAsync(TimeProvider time, Action<string>? progress, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await _maintenance.OpenConnectionAsync(cancellationToken);
            await PostgresMigrations.ApplyAsync(connection, progress, cancellationToken);
            await PostgresPartitions.EnsureAsync(connection, time.GetUtcNow(), cancellationToken);
            _linkKey = await MetaAsync(connection, "link_key", cancellationToken);
            _epoch = long.Parse(await MetaAsync(connection, "epoch", cancellationToken), CultureInfo.InvariantCulture);
            return await PostgresWarnings.ReadAsync(connection, cancellationToken);
        }
        catch (Exception failure) when (PostgresFailures.IsUnavailable(failure))
        {
            throw PostgresFailures.Unavailable(failure);
        }
    }

    /// <summary>Whether events could be recorded now.</summary>
    /// <exception cref="StoreUnavailableException">They could not.</exception>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        bool isReadOnly;
        try
        {
            isReadOnly = await LimitAsync(
                async _ =>
                {
                    await using var connection = await _writers.OpenConnectionAsync(cancellationToken);
                    await using var command = new NpgsqlCommand("SELECT current_setting('transaction_read_only') = 'on'", connection);
                    return (bool)(await command.ExecuteScalarAsync(CancellationToken.None))!;
                });
        }
        catch (Exception failure) when (PostgresFailures.IsUnavailable(failure))
        {
            throw Unavailable(_writers, failure);
        }

        if (isReadOnly)
        {
            throw new StoreUnavailableException("PostgreSQL: the server takes no writes: it is a standby, or set to read-only.");
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/>, which must end with <see cref="PostgresSession.CommitAsync"/>. It is run again as a whole when the server
    /// has undone it, or when its connection was dead before the commit was sent; never the commit alone.
    /// </summary>
    internal async Task<T> WriteAsync<T>(TenantScope scope, Func<PostgresSession, Task<T>> work, CancellationToken cancellationToken)
    {
        _ = Epoch;
        for (var run = 1; ; run++)
        {
            PostgresSession? session = null;
            try
            {
                return await LimitAsync(
                    async givenUp =>
                    {
                        await using var connection = await _writers.OpenConnectionAsync(cancellationToken);
                        session = new PostgresSession(connection, scope, PostgresSession.BeginWrite, givenUp);
                        return await work(session);
                    });
            }
            catch (Exception failure) when (run < MaxRuns
                && (PostgresFailures.IsUndone(failure) || (PostgresFailures.IsBrokenConnection(failure) && session is { CommitSent: false })))
            {
                // Once more, from the beginning.
            }
            catch (Exception failure) when (PostgresFailures.IsUnavailable(failure))
            {
                throw Unavailable(_writers, failure);
            }
        }
    }

    /// <summary>Runs the statements that <paramref name="ask"/> adds against one consistent snapshot, in one round trip.</summary>
    internal async Task<T> ReadAsync<T>(TenantScope scope, Action<PostgresSession> ask, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        _ = Epoch;
        for (var run = 1; ; run++)
        {
            try
            {
                return await LimitAsync(
                    async givenUp =>
                    {
                        await using var connection = await _readers.OpenConnectionAsync(cancellationToken);
                        var session = new PostgresSession(connection, scope, PostgresSession.BeginRead, givenUp);
                        ask(session);
                        await using var reader = await session.SendLastAsync();
                        return await read(reader);
                    });
            }
            catch (Exception failure) when (run < MaxRuns && PostgresFailures.IsBrokenConnection(failure))
            {
                // The server was restarted since the connection was last used.
            }
            catch (Exception failure) when (PostgresFailures.IsUnavailable(failure))
            {
                throw Unavailable(_readers, failure);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _readers.DisposeAsync();
        await _writers.DisposeAsync();
        await _maintenance.DisposeAsync();
    }

    private static async Task<string> MetaAsync(NpgsqlConnection connection, string key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT value FROM meta WHERE key = $1", connection) { Parameters = { new() { Value = key } } };
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    // A call that is given up runs on behind the caller's back until its connection comes to an end; it sends nothing more.
    private static async Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> call)
    {
        using var givenUp = new CancellationTokenSource();
        try
        {
            return await call(givenUp.Token).WaitAsync(PostgresSettings.CallLimit, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            await givenUp.CancelAsync();
            throw;
        }
    }

    private static StoreUnavailableException Unavailable(NpgsqlDataSource pool, Exception failure)
    {
        if (PostgresFailures.IsGivenUp(failure))
        {
            // The way to the server may be gone without a word; then the pool's other connections are as dead as this one, and each would cost
            // somebody the same wait.
            pool.Clear();
        }

        return PostgresFailures.Unavailable(failure);
    }
}
