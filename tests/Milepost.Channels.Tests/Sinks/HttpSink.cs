using System.Globalization;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Sinks;

/// <summary>A receiver in a process of its own (<c>tests/peers/http-sink.mjs</c>), with other people's libraries.</summary>
internal sealed class HttpSink : IAsyncDisposable
{
    private readonly NodePeer _peer;

    private HttpSink(NodePeer peer) => _peer = peer;

    public int Port => _peer.Hello.GetProperty("port").GetInt32();

    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <inheritdoc cref="NodePeer.Waiting"/>
    public int Waiting => _peer.Waiting;

    public static async Task<HttpSink> StartAsync() => new(await NodePeer.StartAsync("http-sink.mjs"));

    /// <summary>What the next requests to this path get, in order; the last answer stays.</summary>
    public Task AnswerAsync(string path, params IReadOnlyList<SinkReply> answers) => _peer.TellAsync(new { path, answers });

    /// <summary>The secrets by which the receiver at this path verifies.</summary>
    public Task KnowsAsync(string path, params IReadOnlyList<string> secrets) => _peer.TellAsync(new { path, secrets });

    /// <inheritdoc cref="NodePeer.NextAsync"/>
    public Task<SinkCall> NextAsync() => _peer.NextAsync<SinkCall>();

    public ValueTask DisposeAsync() => _peer.DisposeAsync();
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
