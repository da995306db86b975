using System.Diagnostics;
using System.Runtime.CompilerServices;
using Milepost.Protocol.Streams;

namespace Milepost.Client.Streams;

/// <summary>One follow: enumerate it once. Its properties may be read from any thread while it runs.</summary>
public sealed class StreamFollow : IAsyncEnumerable<StreamMessage>
{
    // A connection that neither brought an entry nor lived this long behind its catch-up was no progress: the next wait is longer.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(5);

    private readonly StreamConnector _connector;
    private readonly FollowRequest _request;
    private readonly MilepostClientOptions _options;
    private readonly CancellationToken _caller;
    private readonly Backoff _backoff;
    private readonly StreamOffsets _offsets = new();
    private volatile string? _cursor;
    private long _duplicates;
    private long _gaps;
    private long _connections;
    private int _started;

    internal StreamFollow(StreamConnector connector, FollowRequest request, MilepostClientOptions options, Random random, CancellationToken caller)
    {
        _connector = connector;
        _request = request;
        _options = options;
        _caller = caller;
        _backoff = new Backoff(_options.BackoffMin, _options.BackoffMax, random);
        _cursor = _request.Since;
    }

    /// <summary>Resumes behind everything that the consumer has had.</summary>
    public string? Cursor => _cursor;

    /// <summary>How many entries came a second time and were dropped.</summary>
    public long Duplicates => Interlocked.Read(ref _duplicates);

    /// <summary>How often an entry was missing, so that the connection was made anew.</summary>
    public long Gaps => Interlocked.Read(ref _gaps);

    /// <summary>How many connections were opened.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <inheritdoc />
    public IAsyncEnumerator<StreamMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _started, 1) == 1)
        {
            throw new InvalidOperationException("A follow can be enumerated once. Make another with FollowRequest.Since = Cursor.");
        }

        return RunAsync(_caller, cancellationToken).GetAsyncEnumerator(CancellationToken.None);
    }

    private async IAsyncEnumerable<StreamMessage> RunAsync(CancellationToken first, [EnumeratorCancellation] CancellationToken second)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(first, second);
        var cancelled = both.Token;
        var reason = ConnectionReason.Started;
        var unauthorized = 0;
        while (true)
        {
            cancelled.ThrowIfCancellationRequested();
            var transport = _request.Transport?.Invoke() ?? _options.Transport;
            yield return new StreamMessage.ConnectionChanged(ConnectionState.Connecting, reason, null, transport, null);

            var connected = 0L;
            var settled = false;
            var progress = false;
            Ending? ending;
            using (var watchdog = new Watchdog(_options.TimeProvider, _options.RequestTimeout))
            {
                var abandon = cancelled.UnsafeRegister(static state => ((Watchdog)state!).End(), watchdog);
                (var connection, ending) = await _connector.OpenAsync(transport, _request, _cursor, watchdog);
                await abandon.DisposeAsync();
                if (connection is not null)
                {
                    await using var open = connection;
                    await using var end = cancelled.UnsafeRegister(static state => ((IStreamConnection)state!).BeginEnd(), connection);
                    Interlocked.Increment(ref _connections);
                    connected = _options.TimeProvider.GetTimestamp();
                    yield return new StreamMessage.ConnectionChanged(ConnectionState.Connected, reason, null, transport, null);
                    while (ending is null)
                    {
                        var received = await StreamConnector.ReadAsync(connection, watchdog);
                        cancelled.ThrowIfCancellationRequested();
                        if (received.Frame is not { } frame)
                        {
                            ending = received.Ending;
                            _cursor = received.Cursor ?? _cursor;
                            continue;
                        }

                        unauthorized = 0;
                        var verdict = _offsets.Judge(frame);
                        if (verdict == Verdict.TokenExpiring)
                        {
                            ending = await RenewAsync(connection, watchdog, cancelled);
                            continue;
                        }

                        var message = MessageOf(verdict, frame);
                        if (message is null)
                        {
                            ending = EndingOf(verdict, frame);
                            continue;
                        }

                        progress |= verdict == Verdict.Entry;
                        settled |= verdict == Verdict.Ready;
                        yield return message;

                        // The consumer has come back: what was yielded is its own now.
                        if (frame.Cursor is { } had)
                        {
                            _cursor = had;
                            connection.Took(had);
                        }
                    }
                }
            }

            cancelled.ThrowIfCancellationRequested();
            // A token may run out on its way: the second refusal in a row is meant.
            if (ending!.Final is { } final && (!ending.Unauthorized || ++unauthorized > 1))
            {
                throw final;
            }

            if (progress || (settled && _options.TimeProvider.GetElapsedTime(connected) >= Settled))
            {
                _backoff.Reset();
            }

            var wait = _backoff.Next(ending.After);
            reason = ConnectionReason.Resumed;
            yield return new StreamMessage.ConnectionChanged(ConnectionState.Disconnected, ending.Reason, ending.Detail, transport, wait);
            await Task.Delay(wait, _options.TimeProvider, cancelled);
        }
    }

    private async ValueTask<Ending?> RenewAsync(IStreamConnection connection, Watchdog watchdog, CancellationToken cancellationToken)
    {
        var token = await _options.Token(cancellationToken);
        return await StreamConnector.RenewAsync(connection, token, watchdog);
    }

    private static StreamMessage? MessageOf(Verdict verdict, ServerFrame frame) => verdict switch
    {
        Verdict.Entry => new StreamMessage.Entry(frame),
        Verdict.Ready => new StreamMessage.Ready(frame),
        Verdict.Reset => new StreamMessage.Reset(frame),
        Verdict.Error => new StreamMessage.Error(frame),
        _ => null,
    };

    private Ending? EndingOf(Verdict verdict, ServerFrame frame)
    {
        switch (verdict)
        {
            case Verdict.Duplicate:
                Interlocked.Increment(ref _duplicates);
                return null;
            case Verdict.Gap:
                Interlocked.Increment(ref _gaps);
                return new Ending(ConnectionReason.GapFound, $"an entry is missing before {frame.Type} {frame.Stream}#{frame.Offset}");
            case Verdict.Reconnect:
                return new Ending(ConnectionReason.ServerDraining, "the server is going down", TimeSpan.FromMilliseconds(frame.AfterMs ?? 0));
            case Verdict.Nothing:
                return null;
            default:
                throw new UnreachableException($"verdict {verdict}");
        }
    }
}
