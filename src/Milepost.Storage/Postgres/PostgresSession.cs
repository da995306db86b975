using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>
/// One transaction. Statements are collected and travel together: BEGIN with the first ones, COMMIT with the last, so that a unit of work is a few
/// round trips however many rows it holds. Leaving it without <see cref="CommitAsync"/> undoes everything.
/// </summary>
/// <param name="connection">Its own for as long as it lasts.</param>
/// <param name="scope">Whose rows it may touch.</param>
/// <param name="begin">How it begins.</param>
/// <param name="givenUp">
/// Once this is cancelled nothing more is sent. What was sent already is not cancelled: that would block a thread and cost the connection.
/// </param>
internal sealed class PostgresSession(NpgsqlConnection connection, TenantScope scope, string begin, CancellationToken givenUp)
{
    public const string BeginWrite = "BEGIN ISOLATION LEVEL READ COMMITTED";
    public const string BeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    // Whatever the role or the database is set to, a commit that was reported is on disk. A stricter setting is left as it is.
    private const string Scope = """
        SELECT set_config('milepost.tenants', $1, true),
               CASE WHEN current_setting('synchronous_commit') = 'off' THEN set_config('synchronous_commit', 'on', true) END
        """;

    private NpgsqlBatch? _next;
    private bool _begun;

    /// <summary>From here on it is not known whether the transaction took place until the server says so.</summary>
    public bool CommitSent { get; private set; }

    /// <summary>Adds a statement to the next round trip. Values are <c>$1</c>, <c>$2</c>, ...; arrays for many rows.</summary>
    public void Add(string sql, params ReadOnlySpan<object> values)
    {
        if (_next is null)
        {
            _next = connection.CreateBatch();
            if (!_begun)
            {
                _begun = true;
                _next.BatchCommands.Add(new NpgsqlBatchCommand(begin));
                _next.BatchCommands.Add(Command(Scope, scope.Value));
            }
        }

        _next.BatchCommands.Add(Command(sql, values));
    }

    /// <summary>Sends what was added; the reader stands on the first result of those statements.</summary>
    public async Task<NpgsqlDataReader> SendAsync()
    {
        givenUp.ThrowIfCancellationRequested();
        var isFirst = _next!.BatchCommands[0].CommandText == begin;
        var reader = await _next.ExecuteReaderAsync();
        _next = null;
        if (isFirst)
        {
            // The answer of the scope.
            await reader.NextResultAsync();
        }

        return reader;
    }

    /// <summary>Sends what was added together with the COMMIT; the reader must be read to the end, for that is where the commit's failure shows.</summary>
    public async Task<NpgsqlDataReader> SendLastAsync()
    {
        Add("COMMIT");
        CommitSent = true;
        return await SendAsync();
    }

    /// <summary>Sends what was added together with the COMMIT. When this returns, everything is on disk.</summary>
    public async Task CommitAsync()
    {
        Add("COMMIT");
        givenUp.ThrowIfCancellationRequested();
        CommitSent = true;
        await _next!.ExecuteNonQueryAsync();
        _next = null;
    }

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        return command;
    }
}
