using System.Diagnostics;
using System.Globalization;

namespace Milepost.Testing.Servers;

/// <summary>A real nginx with the very configuration of <c>deploy/nginx</c>; only ports and paths are put in.</summary>
public sealed class NginxServer : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("milepost-nginx-").FullName;
    private Process? _process;

    private NginxServer()
    {
    }

    public int Port { get; } = FreePort.Take();

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}"));

    /// <param name="nodes">The ports of the nodes on this machine, as many as the configuration names.</param>
    public static async Task<NginxServer> StartAsync(params int[] nodes)
    {
        var server = new NginxServer();
        try
        {
            await server.StartProcessAsync(nodes);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public string AccessLog => File.ReadAllText(Path.Combine(_directory, "access.log"));

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } running)
        {
            // The master; it takes its workers with it.
            await Shell.SignalAsync("TERM", running.Id);
            await running.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task StartProcessAsync(int[] nodes)
    {
        var deploy = Path.Combine(Repository.Root, "deploy", "nginx");
        Write("milepost.conf", await File.ReadAllTextAsync(Path.Combine(deploy, "milepost.conf")),
            ("listen 8080;", string.Create(CultureInfo.InvariantCulture, $"listen 127.0.0.1:{Port};")),
            ("/var/log/nginx/access.log", Path.Combine(_directory, "access.log")));
        Write("milepost-nodes.conf", await File.ReadAllTextAsync(Path.Combine(deploy, "milepost-nodes.conf")),
            [.. nodes.Select((node, index) => (string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{5081 + index} "), string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{node} ")))]);
        Write("nginx.conf", $$"""
            daemon off;
            pid {{_directory}}/pid;
            error_log {{_directory}}/error.log;
            worker_processes 1;
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            events { worker_connections 8192; }
            http {
                client_body_temp_path {{_directory}}/body;
                proxy_temp_path {{_directory}}/proxy;
                fastcgi_temp_path {{_directory}}/fastcgi;
                uwsgi_temp_path {{_directory}}/uwsgi;
                scgi_temp_path {{_directory}}/scgi;
                include {{_directory}}/milepost*.conf;
            }
            """);
        var arguments = new[] { "-c", Path.Combine(_directory, "nginx.conf"), "-e", Path.Combine(_directory, "error.log") };
        await Shell.RunAsync("/usr/sbin/nginx", ["-t", "-q", .. arguments]);
        _process = Process.Start(new ProcessStartInfo("/usr/sbin/nginx", arguments) { UseShellExecute = false })!;
        await ListeningAsync();
    }

    private void Write(string name, string text, params (string From, string To)[] replacements)
    {
        foreach (var (from, to) in replacements)
        {
            text = text.Contains(from, StringComparison.Ordinal)
                ? text.Replace(from, to, StringComparison.Ordinal)
                : throw new InvalidOperationException($"'{from}' no longer stands in {name}: the tests would not run against what is deployed");
        }

        File.WriteAllText(Path.Combine(_directory, name), text);
    }

    private async Task ListeningAsync()
    {
        using var http = new HttpClient();
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(Address, "/healthz/live"), deadline.Token);
                return;
            }
            catch (HttpRequestException) when (!_process!.HasExited)
            {
                await Task.Delay(10, deadline.Token);
            }
        }
    }
}
