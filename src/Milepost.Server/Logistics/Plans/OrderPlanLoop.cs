namespace Milepost.Server.Logistics.Plans;

/// <summary>Looks four times a second for what is to be fetched.</summary>
internal sealed partial class OrderPlanLoop(OrderPlans plans, TimeProvider time, ILogger<OrderPlanLoop> logger) : BackgroundService
{
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                RunOnce(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await plans.IdleAsync();
        }
    }

    private void RunOnce(CancellationToken cancellationToken)
    {
        try
        {
            plans.RunOnce(cancellationToken);
        }
        catch (Exception failure)
        {
            // A mistake of ours must not end the loop: what one pass stumbles over, the next may not.
            Log.PassFailed(logger, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A pass over the orders' plans failed; trying again")]
        public static partial void PassFailed(ILogger logger, Exception failure);
    }
}
