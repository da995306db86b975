using System.Globalization;
using Npgsql;

namespace Milepost.Testing.Servers;

/// <summary>
/// A real PostgreSQL in a temporary directory on a free port, with fsync on. Databases belong to the role <c>milepost</c>, which is no
/// superuser: row-level security binds it.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _directory;
    private readonly string _binaries;
    private int _databases;

    private PostgresServer(string directory, string binaries, int port)
    {
        _directory = directory;
        _binaries = binaries;
        Port = port;
    }

    public int Port { get; }

    /// <summary>As the superuser, to the server's own database.</summary>
    public string AdminConnectionString => Connection("postgres", "postgres", Port);

    public static async Task<PostgresServer> StartAsync()
    {
        var binaries = Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin")).Last();
        var server = new PostgresServer(Directory.CreateTempSubdirectory("milepost-postgres-").FullName, binaries, FreePort.Take());
        if (Environment.IsPrivilegedProcess)
        {
            await Shell.RunAsync("chown", "postgres", server._directory);
        }

        await server.PostgresCommandAsync("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--pgdata=" + server.Data);
        await server.RestartAsync();
        await server.AdministerAsync("CREATE ROLE milepost LOGIN");
        return server;
    }

    /// <summary>A fresh database of the role <c>milepost</c>; its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await AdministerAsync($"CREATE DATABASE {name} OWNER milepost");
        return Connection(name, "milepost", Port);
    }

    /// <summary>The same database by another way, for example through a proxy's port.</summary>
    public static string Through(string connectionString, int port) => new NpgsqlConnectionStringBuilder(connectionString) { Port = port }.ConnectionString;

    /// <summary>Runs a statement as the superuser.</summary>
    public async Task AdministerAsync(string sql)
    {
        // Without a pool: pooled connections would not outlive the server's restarts.
        await using var connection = new NpgsqlConnection(AdminConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>SIGKILL to the server and all its processes: no goodbye, no flush.</summary>
    public async Task KillAsync()
    {
        var process = Process();
        await Shell.SignalAsync("KILL", process, withChildren: true);
        await Shell.GoneAsync(process);
    }

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    public Task PauseAsync() => Shell.SignalAsync("STOP", Process(), withChildren: true);

    public Task ContinueAsync() => Shell.SignalAsync("CONT", Process(), withChildren: true);

    /// <summary>Starts it (again) on the same data and port; returns when it takes connections.</summary>
    public Task RestartAsync() => PostgresCommandAsync(
        "pg_ctl", "start", "--wait", "--timeout=60", "--pgdata=" + Data, "--log=" + Path.Combine(_directory, "log"),
        "--options=" + string.Create(CultureInfo.InvariantCulture, $"-p {Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={_directory} -c max_connections=600 -c shared_buffers=64MB"));

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(PidFile) && Directory.Exists($"/proc/{Process()}"))
        {
            await ContinueAsync();
            await PostgresCommandAsync("pg_ctl", "stop", "--mode=immediate", "--wait", "--pgdata=" + Data);
        }

        Directory.Delete(_directory, recursive: true);
    }

    private string Data => Path.Combine(_directory, "data");

    private string PidFile => Path.Combine(Data, "postmaster.pid");

    private static string Connection(string database, string user, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={port};Database={database};Username={user}");

    private int Process() => int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);

    // The server refuses to run as root, so there its commands run as the user that the package made.
    private Task PostgresCommandAsync(string command, params string[] arguments) => Environment.IsPrivilegedProcess
        ? Shell.RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", Path.Combine(_binaries, command), .. arguments])
        : Shell.RunAsync(Path.Combine(_binaries, command), arguments);
}
