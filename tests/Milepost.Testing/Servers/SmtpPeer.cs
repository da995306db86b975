using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace Milepost.Testing.Servers;

/// <summary>A message as the server took it.</summary>
public sealed record PeerMessage(string Id, string From, string To, bool Secure, string? User, string Hello, byte[] Raw);

/// <summary>Another implementation's SMTP server in a process of its own (tests/peers/smtp-server.mjs): what it answers stands in the addresses.</summary>
public sealed class SmtpPeer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<PeerMessage> _messages = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _closed = new(StringComparer.Ordinal);
    private readonly Channel<string> _connections = Channel.CreateUnbounded<string>();
    private readonly Channel<PeerMessage> _arrivals = Channel.CreateUnbounded<PeerMessage>();
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SmtpPeer(Process process) => _process = process;

    public int Port { get; private set; }

    public IReadOnlyList<PeerMessage> Messages => [.. _messages];

    public static async Task<SmtpPeer> StartAsync(object? options = null)
    {
        var script = Path.Combine(Repository.Root, "tests", "peers", "smtp-server.mjs");
        var process = Process.Start(new ProcessStartInfo("node", [script, JsonSerializer.Serialize(options ?? new { })])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var peer = new SmtpPeer(process);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => peer._port.TrySetException(new InvalidOperationException("the SMTP server ended"));
        process.OutputDataReceived += (_, line) => peer.Hear(line.Data);
        process.BeginOutputReadLine();
        peer.Port = await peer._port.Task.Soon();
        return peer;
    }

    /// <summary>An entry of <c>Channels:Email:Servers</c>.</summary>
    public string Server(string credentials = "", string query = "tls=off", string scheme = "smtp") =>
        string.Create(CultureInfo.InvariantCulture, $"{scheme}://{credentials}127.0.0.1:{Port}?{query}");

    /// <summary>The next connection that somebody opens to it.</summary>
    public async Task<string> ConnectedAsync() => await _connections.Reader.ReadAsync().AsTask().Soon();

    /// <summary>The next message, as soon as the server has it.</summary>
    public async Task<PeerMessage> ArrivedAsync() => await _arrivals.Reader.ReadAsync().AsTask().Soon();

    /// <summary>So many messages, as soon as the server has told of them; no more are there by then.</summary>
    public async Task<IReadOnlyList<PeerMessage>> MessagesAsync(int count)
    {
        for (var turn = 0; turn < count; turn++)
        {
            await ArrivedAsync();
        }

        return Messages.Count == count ? Messages : throw new InvalidOperationException($"{Messages.Count} messages have come, not {count}");
    }

    /// <summary>As if it had only just been started.</summary>
    public void Forget()
    {
        _messages.Clear();
        ForgetArrivals();
    }

    /// <summary>From here on <see cref="ArrivedAsync"/> waits for what is to come; <see cref="Messages"/> stays.</summary>
    public void ForgetArrivals()
    {
        while (_arrivals.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>The server is done with the connection: what it took of it is known.</summary>
    public Task ClosedAsync(string id) => Closed(id).Task.Soon();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
        {
            return;
        }

        using var json = JsonDocument.Parse(line);
        var told = json.RootElement;
        switch (told.GetProperty("event").GetString())
        {
            case "listening":
                _port.TrySetResult(told.GetProperty("port").GetInt32());
                break;
            case "connected":
                _connections.Writer.TryWrite(told.GetProperty("id").GetString()!);
                break;
            case "message":
                var message = new PeerMessage(
                    told.GetProperty("id").GetString()!, told.GetProperty("from").GetString()!, told.GetProperty("to").GetString()!, told.GetProperty("secure").GetBoolean(),
                    told.GetProperty("user").GetString(), told.GetProperty("hello").GetString()!, told.GetProperty("raw").GetBytesFromBase64());
                _messages.Enqueue(message);
                _arrivals.Writer.TryWrite(message);
                break;
            case "closed":
                Closed(told.GetProperty("id").GetString()!).TrySetResult();
                break;
        }
    }

    private TaskCompletionSource Closed(string id) => _closed.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
