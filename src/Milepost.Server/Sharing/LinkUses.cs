using System.Collections.Concurrent;
using Milepost.Core.Recording;
using Milepost.Core.Sharing;

namespace Milepost.Server.Sharing;

/// <summary>How often links were used and when last, until the store knows it: one row for each link, however many look.</summary>
internal sealed class LinkUses(TimeProvider time)
{
    private ConcurrentDictionary<ShareKey, ShareUse> _pending = new();

    /// <param name="share">Which link.</param>
    /// <param name="opened">Whether its page was opened, and not only read the order again.</param>
    public void Add(ShareKey share, bool opened) => Add(new ShareUse(share, opened ? 1 : 0, time.GetUtcNow()));

    public void Add(ShareUse use) => _pending.AddOrUpdate(
        use.Share, use, (_, present) => new ShareUse(use.Share, present.Times + use.Times, use.LastAt > present.LastAt ? use.LastAt : present.LastAt));

    /// <summary>Takes what is pending.</summary>
    public IReadOnlyCollection<ShareUse> Take() => _pending.IsEmpty ? [] : [.. Interlocked.Exchange(ref _pending, new ConcurrentDictionary<ShareKey, ShareUse>()).Values];
}

/// <summary>Writes down, every ten seconds and at the end, how share links were used.</summary>
internal sealed partial class LinkUseLoop(LinkUses uses, IShareStore store, TimeProvider time, ILogger<LinkUseLoop> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        var taken = uses.Take();
        try
        {
            if (taken.Count > 0)
            {
                await store.UsedAsync(taken, cancellationToken);
            }
        }
        catch (StoreUnavailableException failure)
        {
            Log.NotWritten(logger, failure, taken.Count);
            foreach (var use in taken)
            {
                uses.Add(use);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunOnceAsync(CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await RunOnceAsync(CancellationToken.None);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The uses of {Count} share links could not be written; they are tried again")]
        public static partial void NotWritten(ILogger logger, Exception failure, int count);
    }
}
