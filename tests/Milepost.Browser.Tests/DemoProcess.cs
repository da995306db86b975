using System.Diagnostics;
using System.Globalization;
using Milepost.Testing.Servers;

namespace Milepost.Browser.Tests;

/// <summary>The demo as a person starts it: a process of its own, with real HTTP and real sockets.</summary>
public sealed class DemoProcess : IAsyncDisposable
{
    private readonly Process _process;

    private DemoProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    public static async Task<DemoProcess> StartAsync()
    {
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{FreePort.Take()}"));
        var assembly = Path.Combine(AppContext.BaseDirectory.Replace("Milepost.Browser.Tests", "Milepost.Server", StringComparison.Ordinal), "milepost.dll");
        var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, "demo", "--seed", "7", "--speed", "4", "--urls", address.ToString().TrimEnd('/')])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var demo = new DemoProcess(process, address);
        using var http = new HttpClient();
        var waiting = Stopwatch.StartNew();
        while (!await IsUpAsync(http, address))
        {
            if (process.HasExited || waiting.Elapsed > TimeSpan.FromSeconds(90))
            {
                await demo.DisposeAsync();
                throw new InvalidOperationException("the demo did not start");
            }

            await Task.Yield();
        }

        return demo;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<bool> IsUpAsync(HttpClient http, Uri address)
    {
        try
        {
            using var response = await http.GetAsync(address);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Nobody listens yet.
            return false;
        }
    }
}
