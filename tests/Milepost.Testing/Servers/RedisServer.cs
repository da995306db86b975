using System.Diagnostics;
using System.Globalization;

namespace Milepost.Testing.Servers;

/// <summary>A real Redis on a free port that keeps nothing: a restart is an empty one.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string[] _options;
    private readonly string _directory = Directory.CreateTempSubdirectory("milepost-redis-").FullName;
    private Process? _process;

    private RedisServer(string[] options) => _options = options;

    public int Port { get; } = FreePort.Take();

    /// <summary>As the configuration of a client: <c>127.0.0.1:port</c>.</summary>
    public string Connection => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <param name="options">Further options of the server, for example <c>--cluster-enabled yes</c>.</param>
    public static async Task<RedisServer> StartAsync(params string[] options)
    {
        var server = new RedisServer(options);
        await server.RestartAsync();
        return server;
    }

    /// <summary>Starts it (again), empty; returns when it takes connections.</summary>
    public async Task RestartAsync()
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var port = Port.ToString(CultureInfo.InvariantCulture);
        _process = new Process
        {
            StartInfo = new ProcessStartInfo("redis-server", ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _directory, .. _options])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            },
            EnableRaisingEvents = true,
        };
        var output = new List<string>();
        _process.OutputDataReceived += (_, line) =>
        {
            output.Add(line.Data ?? "");
            if (line.Data?.Contains("Ready to accept connections", StringComparison.Ordinal) == true)
            {
                ready.TrySetResult();
            }
        };
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("redis-server ended: " + string.Join('\n', output)));
        _process.Start();
        _process.BeginOutputReadLine();
        await ready.Task.Soon();
    }

    /// <summary>Runs a command of <c>redis-cli</c>.</summary>
    public Task<string> CommandAsync(params string[] arguments) =>
        Shell.RunAsync("redis-cli", ["-p", Port.ToString(CultureInfo.InvariantCulture), .. arguments]);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGSTOP: connections stay open and nothing answers.</summary>
    public Task PauseAsync() => Shell.SignalAsync("STOP", _process!.Id);

    public Task ContinueAsync() => Shell.SignalAsync("CONT", _process!.Id);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(_directory, recursive: true);
    }
}
