using System.Text;
using SQLitePCL;

namespace Milepost.Storage.Sqlite;

/// <summary>A prepared statement with its values bound. One round: bind, step until false, reset (by Dispose).</summary>
internal readonly ref struct SqliteStatement(SqliteSession session, sqlite3_stmt statement)
{
    public SqliteStatement Bind(int index, string? value)
    {
        if (value is null)
        {
            return Null(index);
        }

        // Bound as bytes: the library's own string overload allocates a zero-terminated copy for each call.
        var size = Encoding.UTF8.GetMaxByteCount(value.Length);
        var buffer = size <= 1024 ? stackalloc byte[1024] : new byte[size];
        var written = Encoding.UTF8.GetBytes(value, buffer);
        session.Check(raw.sqlite3_bind_text(statement, index, buffer[..written]));
        return this;
    }

    public SqliteStatement Bind(int index, long value)
    {
        session.Check(raw.sqlite3_bind_int64(statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, double? value)
    {
        if (value is not { } number)
        {
            return Null(index);
        }

        session.Check(raw.sqlite3_bind_double(statement, index, number));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        session.Check(raw.sqlite3_bind_blob(statement, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, DateTimeOffset? value) => value is { } time ? Bind(index, time.UtcTicks) : Null(index);

    /// <summary>Runs to the next row; false at the end.</summary>
    public bool Step()
    {
        var result = raw.sqlite3_step(statement);
        if (result is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return result == raw.SQLITE_ROW;
        }

        throw session.Failure(result);
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        using (this)
        {
            Step();
        }
    }

    public long Long(int column) => raw.sqlite3_column_int64(statement, column);

    public int Int(int column) => raw.sqlite3_column_int(statement, column);

    public double Double(int column) => raw.sqlite3_column_double(statement, column);

    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public DateTimeOffset? Time(int column) => IsNull(column) ? null : new DateTimeOffset(Long(column), TimeSpan.Zero);

    /// <summary>The bytes of a blob; valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose()
    {
        raw.sqlite3_reset(statement);
        raw.sqlite3_clear_bindings(statement);
    }

    private SqliteStatement Null(int index)
    {
        session.Check(raw.sqlite3_bind_null(statement, index));
        return this;
    }
}
