using Milepost.Core.Recording;
using Milepost.Core.Sharing;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Server.Sharing;

/// <summary>
/// Closes the connections of guests whose link has ended: revoked, on whichever node, or because the order is over. Asked for each link once, however many
/// follow through it.
/// </summary>
internal sealed partial class GuestWatch(SessionRegistry sessions, GuestLinks links, TimeProvider time, ILogger<GuestWatch> logger) : BackgroundService
{
    /// <summary>With the time that a pass takes it stays below the 5 seconds that are promised.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    // Few enough that nobody waits long for the store.
    private const int AtOnce = 500;

    /// <summary>One pass.</summary>
    /// <returns>How many connections were closed.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var closed = 0;
        foreach (var some in sessions.Callers(caller => caller.IsGuest).DistinctBy(GuestLinks.KeyOf).Chunk(AtOnce))
        {
            try
            {
                var ended = await links.EndedAsync(some, cancellationToken);
                closed += ended.Count == 0 ? 0 : sessions.Close(caller => caller.IsGuest && ended.Contains(GuestLinks.KeyOf(caller)), CloseCode.LinkClosed);
            }
            catch (StoreUnavailableException failure)
            {
                Log.NotRead(logger, failure);
                return closed;
            }
        }

        return closed;
    }

    /// <summary>A link was revoked here: whoever follows through it on this node is gone at once.</summary>
    public static void Revoked(SessionRegistry sessions, ShareKey share) =>
        sessions.Close(caller => caller.IsGuest && GuestLinks.KeyOf(caller) == share, CloseCode.LinkClosed);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RunOnceAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The share links of connected guests could not be read; they are read again in a few seconds")]
        public static partial void NotRead(ILogger logger, Exception failure);
    }
}
