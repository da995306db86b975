using System.Threading.Channels;
using Milepost.Core.Access;
using Milepost.Core.Recording;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Server.Access.Revocations;

/// <summary>
/// Reads new revocations from the store, when a hint comes and every five seconds without one, and closes the connections of those whose
/// credentials they end.
/// </summary>
internal sealed partial class RevocationLoop(
    IRevocationStore store, RevocationMarks marks, RevocationHints hints, SessionRegistry? sessions, TimeProvider time, ILogger<RevocationLoop> logger) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Nodes write their own times, and a commit may be seen later than its time: what is that old is read again.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    // A connection that was let in just before the mark was known may be added just after those of its caller were closed.
    private static readonly TimeSpan Latecomers = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ForgetEvery = TimeSpan.FromHours(1);

    // One wake-up that waits is as good as many.
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private DateTimeOffset? _readUpTo;
    private DateTimeOffset _closeUntil;
    private DateTimeOffset _forgetAt;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first request: what was revoked while this node was down is revoked.
        await hints.ListenAsync(Wake);
        await RunOnceAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>One pass.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            var news = await store.ListSinceAsync((_readUpTo - Overlap) ?? now - marks.Reach, cancellationToken);
            _readUpTo = now;
            Learn(news);
        }
        catch (StoreUnavailableException failure)
        {
            Log.NotRead(logger, failure);
        }

        if (now >= _forgetAt)
        {
            marks.Forget(now);
            _forgetAt = now + ForgetEvery;
        }

        if (now < _closeUntil)
        {
            Close();
        }
    }

    /// <summary>Applies revocations on this node, now.</summary>
    public void Learn(IReadOnlyList<Revocation> revocations)
    {
        if (revocations.Count(marks.Learn) > 0)
        {
            _closeUntil = time.GetUtcNow() + Latecomers;
            Close();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var timer = time.CreateTimer(_ => Wake(), null, Interval, Interval);
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(stoppingToken))
            {
                await RunOnceAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private void Close()
    {
        var closed = sessions?.Close(marks.IsRevoked, CloseCode.Unauthorized) ?? 0;
        if (closed > 0)
        {
            Log.Closed(logger, closed);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The revocations could not be read; they are read again in a few seconds")]
        public static partial void NotRead(ILogger logger, Exception failure);

        [LoggerMessage(2, LogLevel.Information, "{Count} connections were closed: their credentials are revoked")]
        public static partial void Closed(ILogger logger, int count);
    }
}
