using Npgsql;

namespace Milepost.Storage.Postgres;

/// <summary>How the server is spoken to: the limits that keep a slow, paused or lost server, or a lost node, from holding up the others.</summary>
/// <param name="ConnectionString">As the operator gave it.</param>
/// <param name="WriteConnections">How many connections write. They are apart from the readers', so that a storm of resuming clients does not starve the intake.</param>
/// <param name="ReadConnections">How many connections read.</param>
public sealed record PostgresSettings(string ConnectionString, int WriteConnections = PostgresSettings.DefaultWriteConnections, int ReadConnections = PostgresSettings.DefaultReadConnections)
{
    public const int DefaultWriteConnections = 8;
    public const int DefaultReadConnections = 16;

    private const int ConnectSeconds = 3;

    /// <summary>How long one call may take, whatever the server does.</summary>
    internal static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(4);

    // Npgsql's own limit is only there to free the connection behind a call that was given up: it then asks the server to cancel, over a second
    // connection and blocking a thread, which takes seconds more when the server stands still.
    private const int CommandSeconds = 10;
    private const int NoWaitForCancellation = -1;

    // Shorter than our own patience, so that a server that still works ends the statement itself and the connection stays good. A session that
    // says nothing in mid-transaction belongs to a paused or lost node: its locks are taken from it.
    private const string SessionOptions = "-c statement_timeout=3500 -c idle_in_transaction_session_timeout=10000 " + AnySessionOptions;
    private const string MaintenanceOptions = "-c idle_in_transaction_session_timeout=60000 " + AnySessionOptions;
    private const string AnySessionOptions =
        "-c lock_timeout=3000 -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10000";

    /// <summary>Why the connection string cannot be used; null when it can. Does not repeat it: it holds a password.</summary>
    public static string? Problem(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            return settings.Host is null ? "must name a Host" : settings.Database is null ? "must name a Database" : settings.Multiplexing ? "must not set Multiplexing: transactions need a connection of their own" : null;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return "cannot be read: a key that Npgsql does not know, or a value of the wrong kind";
        }
    }

    /// <summary>Which server and database, for the operator's eyes: no user and no password.</summary>
    public string Describe()
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString);
        return $"PostgreSQL, database {settings.Database} on {settings.Host}:{settings.Port}";
    }

    internal NpgsqlDataSource Writers() => Source(WriteConnections, "writes");

    internal NpgsqlDataSource Readers() => Source(ReadConnections, "reads");

    /// <summary>For migrations and passes over much data: one connection at a time, closed after use, without limits of time.</summary>
    internal NpgsqlDataSource Maintenance()
    {
        var settings = Settings("maintenance", MaintenanceOptions);
        settings.Pooling = false;
        settings.CommandTimeout = 0;
        return NpgsqlDataSource.Create(settings);
    }

    private NpgsqlDataSource Source(int connections, string name)
    {
        var settings = Settings(name, SessionOptions);
        settings.MaxPoolSize = connections;
        settings.MinPoolSize = 0;
        if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = 64;
            settings.AutoPrepareMinUsages = 2;
        }

        return NpgsqlDataSource.Create(settings);
    }

    private NpgsqlConnectionStringBuilder Settings(string name, string options)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString)
        {
            Timeout = ConnectSeconds,
            CommandTimeout = CommandSeconds,
            CancellationTimeout = NoWaitForCancellation,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 5,
            TcpKeepAliveInterval = 2,
            IncludeErrorDetail = false,
        };
        settings.ApplicationName ??= "milepost " + name;
        settings.Options = settings.Options is { Length: > 0 } own ? $"{own} {options}" : options;
        return settings;
    }
}
