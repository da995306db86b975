using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Milepost.Server.Outgoing;
using Milepost.Testing;

namespace Milepost.Channels.Tests.Push;

/// <summary>A push service made of other people's libraries (<c>tests/peers/push-sink.mjs</c>): decrypts, verifies, and answers as it is told.</summary>
internal sealed class PushSink : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly TestCertificates _certificates;
    private readonly Process _process;
    private readonly Channel<JsonElement> _requests = Channel.CreateUnbounded<JsonElement>();
    private readonly Channel<JsonElement> _replies = Channel.CreateUnbounded<JsonElement>();
    private readonly Task _reading;

    private PushSink(TestCertificates certificates, Process process)
    {
        _certificates = certificates;
        _process = process;
        _reading = ReadAsync();
    }

    public int Port { get; private set; }

    /// <summary>Its address by a literal, for services that the operator names.</summary>
    public string Address => $"https://127.0.0.1:{Port}";

    /// <summary>The browser's keys.</summary>
    public string PublicKey { get; private set; } = "";

    public string Secret { get; private set; } = "";

    /// <summary>The authority that signed its certificate; nobody else's counts.</summary>
    public TrustedAuthorities Authorities => TrustedAuthorities.Read(_certificates.AuthorityFile);

    public static async Task<PushSink> StartAsync()
    {
        var certificates = new TestCertificates();
        var script = Path.Combine(Repository.Root, "tests", "peers", "push-sink.mjs");
        var process = Process.Start(new ProcessStartInfo("node", [script, certificates.CertificateFile, certificates.KeyFile])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var sink = new PushSink(certificates, process);
        var hello = await sink._replies.Reader.ReadAsync().Soon();
        sink.Port = hello.GetProperty("port").GetInt32();
        sink.PublicKey = hello.GetProperty("p256dh").GetString()!;
        sink.Secret = hello.GetProperty("auth").GetString()!;
        return sink;
    }

    /// <summary>The next requests under this path get these answers, each once.</summary>
    public Task QueueAsync(string path, params IReadOnlyList<SinkAnswer> answers) => TellAsync(new { path, queue = answers });

    /// <summary>All requests under this path get this answer while nothing is queued.</summary>
    public Task StandAsync(string path, SinkAnswer answer) => TellAsync(new { path, standing = answer });

    /// <summary>The public keys (PEM) by which the tokens of FCM and APNs are verified.</summary>
    public Task KeysAsync(string? fcm = null, string? apns = null) => TellAsync(new { publicKeys = new { fcm, apns } });

    /// <summary>The next request that has come in, in order.</summary>
    public async Task<SinkRequest> NextAsync() => (await _requests.Reader.ReadAsync().Soon()).Deserialize<SinkRequest>(Json)!;

    public int Waiting => _requests.Reader.Count;

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().Soon();
        await _reading;
        _process.Dispose();
        _certificates.Dispose();
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
/// <param name="Action"><c>reset</c> (RST_STREAM), <c>destroy</c> (the connection), <c>goaway</c> (and the answer).</param>
/// <param name="Code">With <c>reset</c>: the code of HTTP/2.</param>
internal sealed record SinkAnswer(int Status, IReadOnlyDictionary<string, string>? Headers = null, string? Body = null, string? Action = null, int? Code = null)
{
    public static SinkAnswer With(int status, string name, string value) => new(status, new Dictionary<string, string>(StringComparer.Ordinal) { [name] = value });
}

/// <summary>What the sink saw.</summary>
internal sealed record SinkRequest
{
    public required string Method { get; init; }

    public required string Path { get; init; }

    public required string Version { get; init; }

    /// <summary>Which connection, counted from 1 (HTTP/2).</summary>
    public required int Session { get; init; }

    public required Dictionary<string, string> Headers { get; init; }

    public required int Length { get; init; }

    public string? Text { get; init; }

    /// <summary>A web push as the browser reads it.</summary>
    public string? Push { get; init; }

    public SinkToken? Token { get; init; }
}

/// <summary>A signed token that came with a request.</summary>
internal sealed record SinkToken(bool Verified, JsonElement? Header, JsonElement? Claims, string? Text);
