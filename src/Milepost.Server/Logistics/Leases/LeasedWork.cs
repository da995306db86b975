using Milepost.Core.Leases;
using Milepost.Core.Recording;

namespace Milepost.Server.Logistics.Leases;

/// <summary>
/// Runs work that only one node of the installation may do at a time: takes its lease, renews it beside the work, and ends the work before the lease runs
/// out where it cannot be renewed.
/// </summary>
internal sealed partial class LeasedWork(ILeaseStore store, string tenant, string name, string holder, TimeProvider time, ILogger logger)
{
    internal static readonly TimeSpan LeaseFor = TimeSpan.FromSeconds(15);
    internal static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(5);

    /// <summary>So much earlier than the lease the work ends.</summary>
    internal static readonly TimeSpan Margin = TimeSpan.FromSeconds(3);

    /// <summary>So often a lease that somebody else has is asked for, or a renewal that failed is tried again.</summary>
    internal static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(2);

    /// <summary>Runs until it is cancelled; the work any number of times.</summary>
    /// <param name="work">Ends soon after its token is cancelled, and does nothing any more while the lease is not held.</param>
    /// <param name="cancellationToken">Ends it, and gives the lease back.</param>
    public async Task RunAsync(Func<HeldLease, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await TakeAsync(cancellationToken) is { } held)
            {
                await HoldAsync(held, work, cancellationToken);
            }

            await Task.Delay(AskEvery, time, cancellationToken);
        }
    }

    private async Task<HeldLease?> TakeAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        try
        {
            return await store.TakeAsync(tenant, name, holder, LeaseFor, time.GetUtcNow(), cancellationToken) is { } lease ? new HeldLease(lease, time, asked) : null;
        }
        catch (StoreUnavailableException failure)
        {
            Log.NotTaken(logger, failure, name, tenant);
            return null;
        }
    }

    private async Task HoldAsync(HeldLease held, Func<HeldLease, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        if (!held.IsHeld)
        {
            // The answer took so long that somebody else may have it by now.
            return;
        }

        Log.Taken(logger, name, tenant, held.Lease.Token);
        using var lost = new CancellationTokenSource(held.Remaining, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, cancellationToken);
        var working = WorkAsync(held, work, either.Token);
        var isOurs = await RenewAsync(held, working, lost, either.Token);
        await either.CancelAsync();
        await working;
        if (isOurs)
        {
            await ReleaseAsync(held);
        }
        else
        {
            Log.Lost(logger, name, tenant);
        }
    }

    // Ends when the work does, when the lease is lost, or when nobody wants it any more. False: it is somebody else's, or may be.
    private async Task<bool> RenewAsync(HeldLease held, Task working, CancellationTokenSource lost, CancellationToken cancellationToken)
    {
        var next = RenewEvery;
        while (true)
        {
            var pause = Task.Delay(next, time, cancellationToken);
            if (await Task.WhenAny(working, pause) == working || cancellationToken.IsCancellationRequested)
            {
                return held.IsHeld;
            }

            var asked = time.GetTimestamp();
            try
            {
                if (!await store.RenewAsync(held.Lease, held.ToLeave(), LeaseFor, time.GetUtcNow(), cancellationToken))
                {
                    await lost.CancelAsync();
                    return false;
                }

                held.Renewed(asked);
                next = RenewEvery;
                if (held.Remaining <= TimeSpan.Zero)
                {
                    return false;
                }

                lost.CancelAfter(held.Remaining);
            }
            catch (StoreUnavailableException failure)
            {
                Log.NotRenewed(logger, failure, name, tenant);
                next = AskEvery;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return held.IsHeld;
            }
        }
    }

    private async Task WorkAsync(HeldLease held, Func<HeldLease, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(held, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It was to end.
        }
        catch (Exception failure)
        {
            // A mistake of ours: it is begun anew, here or elsewhere.
            Log.WorkFailed(logger, failure, name, tenant);
        }
    }

    private async Task ReleaseAsync(HeldLease held)
    {
        try
        {
            await store.ReleaseAsync(held.Lease, held.ToLeave(), CancellationToken.None);
        }
        catch (Exception failure) when (failure is StoreUnavailableException or ObjectDisposedException)
        {
            // The store is away, or closed already where the host ends without stopping: the lease runs out.
            Log.NotReleased(logger, failure, name, tenant);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "This node has the lease {Name} of {Tenant} (token {Token})")]
        public static partial void Taken(ILogger logger, string name, string tenant, long token);

        [LoggerMessage(2, LogLevel.Warning, "The lease {Name} of {Tenant} is not ours any more")]
        public static partial void Lost(ILogger logger, string name, string tenant);

        [LoggerMessage(3, LogLevel.Warning, "The lease {Name} of {Tenant} could not be asked for; trying again")]
        public static partial void NotTaken(ILogger logger, Exception failure, string name, string tenant);

        [LoggerMessage(4, LogLevel.Warning, "The lease {Name} of {Tenant} could not be renewed; trying again until it runs out")]
        public static partial void NotRenewed(ILogger logger, Exception failure, string name, string tenant);

        [LoggerMessage(5, LogLevel.Error, "The work {Name} of {Tenant} failed; it is begun anew")]
        public static partial void WorkFailed(ILogger logger, Exception failure, string name, string tenant);

        [LoggerMessage(6, LogLevel.Warning, "The lease {Name} of {Tenant} could not be given back; it runs out")]
        public static partial void NotReleased(ILogger logger, Exception failure, string name, string tenant);
    }
}
