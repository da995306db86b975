using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Milepost.LoadTest.Workers;
using Milepost.Protocol;
using Milepost.Protocol.Events;

namespace Milepost.LoadTest.Posting;

/// <summary>
/// Sends posts to the nodes in turns. What may or may not have been recorded is sent again, to the next node: the events' ids make that
/// safe, and every producer that must not lose anything does so.
/// </summary>
internal sealed class EventSender : IDisposable
{
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private readonly ClientSockets _sockets;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _invoker;
    private readonly IReadOnlyList<Uri> _addresses;
    private readonly AuthenticationHeaderValue _credentials;
    private readonly MediaTypeHeaderValue _mediaType;
    private readonly TimeProvider _clock;
    private int _turn;
    private long _repeated;
    private volatile string? _trouble;

    public EventSender(LoadSettings settings, TimeProvider clock)
    {
        _clock = clock;
        // A source address of its own: the client processes have those before it.
        _sockets = new ClientSockets(settings.Processes);
        _handler = _sockets.Handler();
        _handler.MaxConnectionsPerServer = (settings.Producers + settings.PostUrls.Count - 1) / settings.PostUrls.Count;
        _invoker = new HttpMessageInvoker(_handler);
        _addresses = [.. settings.PostUrls.Select(url => new Uri(url, $"/api/v1/{settings.Tenant}/events"))];
        _credentials = new AuthenticationHeaderValue("Bearer", new TokenSigner(settings.SigningKey, settings.Tenant, clock.GetUtcNow().AddHours(24)).Sign("load-test", "events:write"));
        _mediaType = new MediaTypeHeaderValue(settings.Batch == 1 ? "application/cloudevents+json" : "application/cloudevents-batch+json");
    }

    /// <summary>How many attempts were made again.</summary>
    public long Repeated => Interlocked.Read(ref _repeated);

    /// <summary>The newest reason for which an attempt failed.</summary>
    public string? Trouble => _trouble;

    /// <summary>The server's answer; null when it refused for good.</summary>
    public async Task<RecordReply?> SendAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            using var limit = new CancellationTokenSource(AttemptLimit, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, Next()) { Content = new ReadOnlyMemoryContent(body) };
                request.Headers.Authorization = _credentials;
                request.Content.Headers.ContentType = _mediaType;
                using var response = await _invoker.SendAsync(request, either.Token);
                var answer = await response.Content.ReadAsByteArrayAsync(either.Token);
                if ((int)response.StatusCode == 202)
                {
                    return JsonSerializer.Deserialize(answer, ProtocolJson.Default.RecordReply) ?? throw new JsonException("the answer is null");
                }

                _trouble = $"HTTP {(int)response.StatusCode} {Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(200, answer.Length)))}";
                if ((int)response.StatusCode is not (408 or 425 or 429 or >= 500))
                {
                    return null;
                }
            }
            catch (Exception cause) when (cause is HttpRequestException or SocketException or IOException or JsonException
                || (cause is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                _trouble = cause is OperationCanceledException ? $"no answer to a post within {AttemptLimit.TotalSeconds:0} s" : cause.Message;
            }

            Interlocked.Increment(ref _repeated);
            await Task.Delay(wait, _clock, cancellationToken);
        }
    }

    public void Dispose()
    {
        _invoker.Dispose();
        _handler.Dispose();
    }

    private Uri Next() => _addresses[(int)((uint)Interlocked.Increment(ref _turn) % (uint)_addresses.Count)];
}
