using System.Diagnostics;
using System.Globalization;
using Milepost.Client;
using Milepost.Server.Hosting;
using Milepost.Testing.Servers;

namespace Milepost.Processes;

/// <summary>The real server as a process of its own, that can be signalled at any moment and started again on the same data.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    public const string Tenant = "acme";
    public const string Key = "a signing key for process tests, long enough to be one";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly ServerStart _start;
    private readonly HttpClient _http = new();
    private readonly LogTail _log = new();
    private Process? _process;

    public ServerProcess(ServerStart? start = null)
    {
        _start = start ?? new ServerStart();
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_start.Port ?? FreePort.Take()}"));
        DataDirectory = _start.DataDirectory ?? Directory.CreateTempSubdirectory("milepost-process-").FullName;
    }

    public Uri Address { get; }

    public string DataDirectory { get; }

    /// <summary>The last lines of its output, over all its lives.</summary>
    public string Log => _log.ToString();

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts the process and waits until it says that it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Launch();
        await ReadyAsync(cancellationToken);
    }

    /// <summary>Starts the process and does not wait for it.</summary>
    public void Launch()
    {
        // Its own build output: the copy beside the tests may be instrumented for coverage.
        var configuration = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(configuration.Parent!.Parent!.FullName, "Milepost.Server", configuration.Name, "milepost.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, "serve", "--urls", Address.ToString(), $"--Storage:DataDirectory={DataDirectory}", .. _start.Arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MILEPOST__AUTH__SIGNINGKEY"] = Key },
        };
        foreach (var (name, value) in _start.Environment)
        {
            start.Environment[name] = value;
        }

        _process?.Dispose();
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _log.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _log.Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Waits until it says that it is ready.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        var waiting = Stopwatch.StartNew();
        while (!await IsReadyAsync(cancellationToken))
        {
            if (!IsRunning || waiting.Elapsed > StartLimit)
            {
                throw new InvalidOperationException($"{_start.Name} did not start:\n{Log}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    /// <summary>Sends a signal (<c>TERM</c>, <c>INT</c>, <c>STOP</c>, <c>CONT</c>) and does not wait for what follows.</summary>
    public Task SignalAsync(string signal) => Shell.SignalAsync(signal, _process!.Id);

    /// <summary>SIGKILL: no goodbye, no flush.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process!.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> TerminateAsync(CancellationToken cancellationToken)
    {
        await SignalAsync("TERM");
        return await ExitAsync(cancellationToken);
    }

    /// <summary>Waits for its end; the exit code.</summary>
    public async Task<int> ExitAsync(CancellationToken cancellationToken)
    {
        await _process!.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public static string Token(string subject, params string[] scopes) => TokenFor(Tenant, subject, TimeSpan.FromHours(2), scopes);

    public static string TokenFor(string tenant, string subject, TimeSpan lifetime, params string[] scopes) =>
        new TokenMinter(Key, "", TimeProvider.System).Mint(new TokenRequest(tenant, subject, scopes, lifetime));

    /// <summary>The SDK as this caller.</summary>
    /// <param name="subject">Who calls.</param>
    /// <param name="scopes">None: a customer.</param>
    public MilepostClient Client(string subject, params string[] scopes) => ClientOf(Address, subject, scopes);

    /// <summary>The SDK as this caller through another address, such as a load balancer's.</summary>
    public static MilepostClient ClientOf(Uri address, string subject, params string[] scopes) => new(new MilepostClientOptions
    {
        BaseAddress = address,
        Tenant = Tenant,
        Token = MilepostClientOptions.ConstantToken(Token(subject, scopes)),
        BackoffMin = TimeSpan.FromMilliseconds(50),
        BackoffMax = TimeSpan.FromMilliseconds(500),
    });

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            await KillAsync(CancellationToken.None);
        }

        _process?.Dispose();
        _http.Dispose();
        if (_start.DataDirectory is null)
        {
            Directory.Delete(DataDirectory, recursive: true);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(Address, "/healthz/ready"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Nobody listens yet.
            return false;
        }
    }
}
