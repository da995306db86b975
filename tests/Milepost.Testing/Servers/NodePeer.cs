using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace Milepost.Testing.Servers;

/// <summary>
/// Somebody else's implementation in a process of its own: a script of tests/peers that takes one command a line, answers each with a line, and tells of
/// each request that it gets with a line that has a <c>method</c>.
/// </summary>
public sealed class NodePeer : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly Process _process;
    private readonly Channel<JsonElement> _requests = Channel.CreateUnbounded<JsonElement>();
    private readonly Channel<JsonElement> _replies = Channel.CreateUnbounded<JsonElement>();
    private readonly Task _reading;

    private NodePeer(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>What it said when it was ready.</summary>
    public JsonElement Hello { get; private set; }

    /// <summary>How many requests have come that no test has looked at.</summary>
    public int Waiting => _requests.Reader.Count;

    public static async Task<NodePeer> StartAsync(string script, params string[] arguments)
    {
        var path = Path.Combine(Repository.Root, "tests", "peers", script);
        var peer = new NodePeer(Process.Start(new ProcessStartInfo("node", [path, .. arguments]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!);
        peer.Hello = await peer._replies.Reader.ReadAsync().Soon();
        return peer;
    }

    /// <summary>The next request that has come in, in order.</summary>
    public async Task<T> NextAsync<T>() => (await _requests.Reader.ReadAsync().Soon()).Deserialize<T>(Json)!;

    /// <summary>Says something, and waits until it is understood.</summary>
    public async Task TellAsync(object command)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command, Json));
        await _process.StandardInput.FlushAsync();
        await _replies.Reader.ReadAsync().Soon();
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().Soon();
        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var element = JsonElement.Parse(line);
            await (element.TryGetProperty("method", out _) ? _requests : _replies).Writer.WriteAsync(element);
        }

        // Whoever still waits learns that nothing comes.
        _replies.Writer.TryComplete();
        _requests.Writer.TryComplete();
    }
}
