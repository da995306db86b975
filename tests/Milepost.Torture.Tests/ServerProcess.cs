using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Milepost.Client;

namespace Milepost.Torture.Tests;

/// <summary>The real server as a process of its own, that can be killed at any moment and started again on the same data.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Key = "a signing key for the kill test, long enough to be one";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private readonly int _port;
    private readonly HttpClient _http = new();
    private Process? _process;

    public ServerProcess()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        _port = ((IPEndPoint)probe.LocalEndpoint).Port;
        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));
        DataDirectory = Directory.CreateTempSubdirectory("milepost-kill-").FullName;
    }

    public Uri Address { get; }

    public string DataDirectory { get; }

    /// <summary>Starts the process and waits until it says that it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Its own build output: the copy beside the tests may be instrumented for coverage.
        var assembly = Path.Combine(AppContext.BaseDirectory.Replace("Milepost.Torture.Tests", "Milepost.Server", StringComparison.Ordinal), "milepost.dll");
        var start = new ProcessStartInfo("dotnet", [assembly, "serve", "--urls", Address.ToString(), $"--Storage:DataDirectory={DataDirectory}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["MILEPOST__AUTH__SIGNINGKEY"] = Key },
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var started = Stopwatch.StartNew();
        while (!await IsReadyAsync(cancellationToken))
        {
            if (_process.HasExited || started.Elapsed > StartLimit)
            {
                throw new InvalidOperationException("the server did not start");
            }

            await Task.Yield();
        }
    }

    /// <summary>SIGKILL: no goodbye, no flush.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process!.Kill();
        await _process.WaitForExitAsync(cancellationToken);
        _process.Dispose();
    }

    public MilepostClient Client(string subject, params string[] scopes)
    {
        var token = new Server.Hosting.TokenMinter(Key, "", TimeProvider.System).Mint(new Server.Hosting.TokenRequest("acme", subject, scopes, TimeSpan.FromHours(2)));
        return new MilepostClient(new MilepostClientOptions
        {
            BaseAddress = Address,
            Tenant = "acme",
            Token = MilepostClientOptions.ConstantToken(token),
            BackoffMin = TimeSpan.FromMilliseconds(50),
            BackoffMax = TimeSpan.FromMilliseconds(500),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            await KillAsync(CancellationToken.None);
        }

        _http.Dispose();
        Directory.Delete(DataDirectory, recursive: true);
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
