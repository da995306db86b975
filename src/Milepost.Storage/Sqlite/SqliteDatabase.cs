using System.Collections.Concurrent;
using Milepost.Core.Recording;

namespace Milepost.Storage.Sqlite;

/// <summary>
/// The embedded database: one writer, many readers (write-ahead log), each commit on disk before it is reported
/// (<c>synchronous=FULL</c>). Checkpoints run beside the commits, so that no commit waits for one.
/// </summary>
public sealed class SqliteDatabase : IDisposable
{
    // A reader waiting for a session is cheaper than many idle ones; beyond this many they are closed after use.
    private const int IdleReaders = 16;
    private const int LogAttempts = 50;

    // Pages in the log at which it is made to start over; the file keeps its size and is written again from the front, which is cheaper
    // than growing it anew (each growth is a change of the file's metadata that an fsync has to write too).
    private const int RestartPages = 8 * 1024;

    // The log starts over while no writer runs, so it waits for readers no longer than a commit may be late; if they stay, the next pass tries.
    private static readonly TimeSpan CheckpointPatience = TimeSpan.FromMilliseconds(10);

    private readonly string _path;
    private readonly SqliteSession _writer;
    private readonly SqliteSession _checkpointer;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly SemaphoreSlim _checkpointing = new(1);
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private int _idle;
    private volatile bool _disposed;

    // Also at the start: a process that ended in between has left its log.
    private volatile bool _forgetLog = true;

    private SqliteDatabase(string path, SqliteSession writer, long epoch, string linkKey)
    {
        _path = path;
        _writer = writer;
        _checkpointer = new SqliteSession(path, readOnly: false, CheckpointPatience);
        Epoch = epoch;
        LinkKey = linkKey;
    }

    /// <summary>The identity of this data set: made when the database is, and never again.</summary>
    public long Epoch { get; }

    /// <summary>The secret of the links in messages; made with the data set and kept in it.</summary>
    public string LinkKey { get; }

    /// <summary>Opens the database file and brings its schema up to date.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be opened or is damaged.</exception>
    /// <exception cref="NewerSchemaException">The file was made by a newer version.</exception>
    public static SqliteDatabase Open(string path, Action<string>? progress = null)
    {
        SQLitePCL.Batteries_V2.Init();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var writer = new SqliteSession(path, readOnly: false);
        try
        {
            UseLog(writer);
            writer.Script("""
                PRAGMA synchronous = FULL;
                PRAGMA secure_delete = ON;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA cache_size = -65536;
                PRAGMA temp_store = MEMORY;
                """);
            SqliteMigrations.Apply(writer, progress);
            return new SqliteDatabase(path, writer, long.Parse(Meta(writer, "epoch"), System.Globalization.CultureInfo.InvariantCulture), Meta(writer, "link_key"));
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private static string Meta(SqliteSession session, string key)
    {
        using var statement = session.Prepare("SELECT value FROM meta WHERE key = ?").Bind(1, key);
        statement.Step();
        return statement.Text(0);
    }

    private static void UseLog(SqliteSession writer)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                writer.Script("PRAGMA journal_mode = WAL");
                return;
            }
            catch (StoreUnavailableException) when (attempt < LogAttempts)
            {
                // Turning the log on is the one thing for which SQLite does not wait when another process opens the same new file ("database
                // is locked" at once). For the write lock it does wait: behind it that process is done, and the log is on or can be.
                writer.Run("BEGIN IMMEDIATE");
                writer.Run("COMMIT");
            }
        }
    }

    /// <summary>Runs <paramref name="work"/> in one transaction; when this returns it is on disk.</summary>
    internal async Task<T> WriteAsync<T>(Func<SqliteSession, T> work, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _writer.Run("BEGIN IMMEDIATE");
            try
            {
                var result = work(_writer);
                _writer.Run("COMMIT");
                return result;
            }
            catch
            {
                _writer.RollBack();
                throw;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Runs <paramref name="work"/> against one consistent snapshot.</summary>
    internal T Read<T>(Func<SqliteSession, T> work)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_readers.TryTake(out var session))
        {
            Interlocked.Decrement(ref _idle);
        }
        else
        {
            session = new SqliteSession(_path, readOnly: true);
        }

        try
        {
            session.Run("BEGIN");
            try
            {
                return work(session);
            }
            finally
            {
                session.Run("COMMIT");
            }
        }
        finally
        {
            if (Interlocked.Increment(ref _idle) <= IdleReaders && !_disposed)
            {
                _readers.Add(session);
            }
            else
            {
                Interlocked.Decrement(ref _idle);
                session.Dispose();
            }
        }
    }

    /// <summary>One pass of the checkpointer: writes the log back into the database, and makes it start over when it has grown long.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        await _checkpointing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var pages = _checkpointer.Checkpoint(LogEnd.Keep).Pages;
            if (_forgetLog)
            {
                await EndLogAsync(LogEnd.Empty, cancellationToken);
            }
            else if (pages >= RestartPages)
            {
                await EndLogAsync(LogEnd.Restart, cancellationToken);
            }
        }
        finally
        {
            _checkpointing.Release();
        }
    }

    // Under a steady load the log is never quite written back; only a moment without writers lets it start over.
    private async Task EndLogAsync(LogEnd end, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // A reader that still needs the log is in the way: then the next pass tries again.
            if (_checkpointer.Checkpoint(end).Done && end is LogEnd.Empty)
            {
                _forgetLog = false;
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>
    /// The log still holds pages as they were before something was erased: the next pass of the checkpointer empties it. Deleted rows themselves are
    /// overwritten in place (<c>secure_delete</c>).
    /// </summary>
    internal void ForgetLog() => _forgetLog = true;

    /// <summary>Fails when the file cannot be read.</summary>
    public void Ping() => Read(session =>
    {
        using var statement = session.Prepare("SELECT 1 FROM meta LIMIT 1");
        return statement.Step();
    });

    /// <summary>Waits for what is just being written and checkpointed; whoever comes later gets an <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        // A connection that is freed under another thread's call corrupts the memory of the process.
        _checkpointing.Wait();
        _writing.Wait();
        if (!_disposed)
        {
            _disposed = true;
            while (_readers.TryTake(out var session))
            {
                session.Dispose();
            }

            _checkpointer.Dispose();
            _writer.Dispose();
        }

        // Not disposed: whoever waits would wait for ever. They hold nothing to give back.
        _writing.Release();
        _checkpointing.Release();
    }
}
