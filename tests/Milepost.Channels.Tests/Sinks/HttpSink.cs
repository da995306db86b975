using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Milepost.Testing;

namespace Milepost.Channels.Tests.Sinks;

/// <summary>A receiver in a process of its own (<c>tests/peers/http-sink.mjs</c>), with other people's libraries.</summary>
internal sealed class HttpSink : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly Process _process;
    private readonly Channel<JsonElement> _requests = Channel.CreateUnbounded<JsonElement>();
    private readonly Channel<JsonElement> _replies = Channel.CreateUnbounded<JsonElement>();
    private readonly Task _reading;

    private HttpSink(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    public int Port { get; private set; }

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>How many requests have come that no test has looked at.</summary>
    public int Waiting => _requests.Reader.Count;

    public static async Task<HttpSink> StartAsync()
    {
        var script = Path.Combine(Repository.Root, "tests", "peers", "http-sink.mjs");
        var sink = new HttpSink(Process.Start(new ProcessStartInfo("node", [script]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!);
        sink.Port = (await sink._replies.Reader.ReadAsync().Soon()).GetProperty("port").GetInt32();
        return sink;
    }

    /// <summary>What the next requests to this path get, in order; the last answer stays.</summary>
    public Task AnswerAsync(string path, params IReadOnlyList<SinkReply> answers) => TellAsync(new { path, answers });

    /// <summary>The secrets by which the receiver at this path verifies.</summary>
    public Task KnowsAsync(string path, params IReadOnlyList<string> secrets) => TellAsync(new { path, secrets });

    /// <summary>The next request that has come in.</summary>
    public async Task<SinkCall> NextAsync() => (await _requests.Reader.ReadAsync().Soon()).Deserialize<SinkCall>(Json)!;

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().Soon();
        await _reading;
        _process.Dispose();
    }

    private async Task TellAsync(object command)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command, Json));
        await _process.StandardInput.FlushAsync();
        await _replies.Reader.ReadAsync().Soon();
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

/// <summary>What the sink answers.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">Beside the usual ones.</param>
/// <param name="Body">As it stands.</param>
/// <param name="Action"><c>hang</c>: no answer; <c>close</c>: the connection, before the answer; <c>cut</c>: within the body.</param>
/// <param name="Repeat">How often the body is written.</param>
internal sealed record SinkReply(int Status, IReadOnlyDictionary<string, string>? Headers = null, string? Body = null, string? Action = null, int? Repeat = null)
{
    public static SinkReply With(int status, string name, string value) => new(status, new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
}

/// <summary>What the sink saw.</summary>
/// <param name="Verified">For each secret that the receiver knows whether its library accepts the signature.</param>
internal sealed record SinkCall(string Method, string Path, Dictionary<string, string> Headers, string Body, bool[] Verified)
{
    /// <summary>The fields of a form.</summary>
    public Dictionary<string, string> Form => Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(Body).ToDictionary(entry => entry.Key, entry => entry.Value.ToString(), StringComparer.Ordinal);
}
