using System.Globalization;
using System.Text.Json;
using Milepost.Server.Outgoing;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Push;

/// <summary>A push service made of other people's libraries (<c>tests/peers/push-sink.mjs</c>): decrypts, verifies, and answers as it is told.</summary>
internal sealed class PushSink : IAsyncDisposable
{
    private readonly TestCertificates _certificates;
    private readonly NodePeer _peer;

    private PushSink(TestCertificates certificates, NodePeer peer) => (_certificates, _peer) = (certificates, peer);

    public int Port => _peer.Hello.GetProperty("port").GetInt32();

    /// <summary>Its address by a literal, for services that the operator names.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{Port}");

    /// <summary>The browser's keys.</summary>
    public string PublicKey => _peer.Hello.GetProperty("p256dh").GetString()!;

    public string Secret => _peer.Hello.GetProperty("auth").GetString()!;

    /// <inheritdoc cref="NodePeer.Waiting"/>
    public int Waiting => _peer.Waiting;

    /// <summary>The authority that signed its certificate; nobody else's counts.</summary>
    public TrustedAuthorities Authorities => TrustedAuthorities.Read(_certificates.AuthorityFile);

    public static async Task<PushSink> StartAsync()
    {
        var certificates = new TestCertificates(TestCertificates.Host);
        return new PushSink(certificates, await NodePeer.StartAsync("push-sink.mjs", certificates.CertificateFile, certificates.KeyFile));
    }

    /// <summary>The next requests under this path get these answers, each once.</summary>
    public Task QueueAsync(string path, params IReadOnlyList<SinkAnswer> answers) => _peer.TellAsync(new { path, queue = answers });

    /// <summary>All requests under this path get this answer while nothing is queued.</summary>
    public Task StandAsync(string path, SinkAnswer answer) => _peer.TellAsync(new { path, standing = answer });

    /// <summary>The public keys (PEM) by which the tokens of FCM and APNs are verified.</summary>
    public Task KeysAsync(string? fcm = null, string? apns = null) => _peer.TellAsync(new { publicKeys = new { fcm, apns } });

    /// <inheritdoc cref="NodePeer.NextAsync"/>
    public Task<SinkRequest> NextAsync() => _peer.NextAsync<SinkRequest>();

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        _certificates.Dispose();
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
