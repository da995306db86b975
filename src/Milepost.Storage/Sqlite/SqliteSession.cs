using Milepost.Core.Recording;
using SQLitePCL;

namespace Milepost.Storage.Sqlite;

/// <summary>One connection with its prepared statements. Used by one thread at a time.</summary>
internal sealed class SqliteSession : IDisposable
{
    private static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(5);

    private readonly sqlite3 _handle;
    private readonly Dictionary<string, sqlite3_stmt> _statements = new(StringComparer.Ordinal);

    /// <param name="path">The database file.</param>
    /// <param name="readOnly">Whether it only reads.</param>
    /// <param name="patience">How long to wait for a lock that another connection or process (a backup, the migrate command) holds.</param>
    public SqliteSession(string path, bool readOnly, TimeSpan? patience = null)
    {
        var flags = raw.SQLITE_OPEN_NOMUTEX | (readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        var result = raw.sqlite3_open_v2(path, out _handle, flags, null);
        if (result != raw.SQLITE_OK)
        {
            throw new StoreUnavailableException($"The database {path} cannot be opened: {raw.sqlite3_errstr(result).utf8_to_string()}.");
        }

        raw.sqlite3_busy_timeout(_handle, (int)(patience ?? DefaultPatience).TotalMilliseconds);
    }

    public SqliteStatement Prepare(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
            _statements.Add(sql, statement);
        }

        return new SqliteStatement(this, statement);
    }

    public void Run(string sql) => Prepare(sql).Run();

    /// <summary>Runs a script of several statements.</summary>
    public void Script(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    /// <summary>Ends a failed transaction. SQLite may have ended it by itself ("lang_transaction"); then there is nothing to undo.</summary>
    public void RollBack()
    {
        if (raw.sqlite3_get_autocommit(_handle) == 0)
        {
            Run("ROLLBACK");
        }
    }

    /// <summary>Runs a statement that changes rows, and tells how many.</summary>
    public long Count(in SqliteStatement statement)
    {
        statement.Run();
        return raw.sqlite3_changes(_handle);
    }

    public long LastInsertedRow() => raw.sqlite3_last_insert_rowid(_handle);

    public void Check(int result)
    {
        if (result != raw.SQLITE_OK)
        {
            throw Failure(result);
        }
    }

    public Exception Failure(int result)
    {
        var message = $"SQLite: {raw.sqlite3_errmsg(_handle).utf8_to_string()} ({raw.sqlite3_extended_errcode(_handle)}).";
        return (result & 0xff) switch
        {
            raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_READONLY or raw.SQLITE_CANTOPEN
                or raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_NOMEM => new StoreUnavailableException(message),
            _ => new InvalidOperationException(message),
        };
    }

    /// <summary>Writes the log back into the database file, as far as readers allow.</summary>
    /// <param name="end">What becomes of the log; anything but keeping it waits for readers that still need it.</param>
    /// <returns>How many pages the log holds, and whether it could be done.</returns>
    public (int Pages, bool Done) Checkpoint(LogEnd end)
    {
        // A connection opens the log when it first reads; before that a checkpoint does nothing and calls it success.
        using (var read = Prepare("PRAGMA schema_version"))
        {
            read.Step();
        }

        var result = raw.sqlite3_wal_checkpoint_v2(_handle, null, (int)end, out var pages, out _);
        return result is raw.SQLITE_OK or raw.SQLITE_BUSY ? (pages, result == raw.SQLITE_OK) : throw Failure(result);
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _handle.Dispose();
    }
}

/// <summary>What a checkpoint does with the log behind it. The numbers are SQLite's.</summary>
internal enum LogEnd
{
    Keep = raw.SQLITE_CHECKPOINT_PASSIVE,

    /// <summary>The next writer begins at its front.</summary>
    Restart = raw.SQLITE_CHECKPOINT_RESTART,

    /// <summary>The file is cut to nothing.</summary>
    Empty = raw.SQLITE_CHECKPOINT_TRUNCATE,
}
