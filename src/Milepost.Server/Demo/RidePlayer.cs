using Milepost.LogisticsSimulator.Fleet;
using Milepost.Protocol.Events;

namespace Milepost.Server.Demo;

/// <summary>
/// Plays deliveries: gives them to the simulated fleet, and tells the server what a courier's own software tells: who brings it, that it was picked up, that
/// it was handed over. How near the driver is nobody tells; that is for the server to find out.
/// </summary>
internal sealed class RidePlayer(DemoFleet fleet, ShopPlayer shop, TimeProvider time)
{
    private const int MostAtOnce = 5000;
    private const double InTraffic = 0.45;

    /// <summary>Plays rides as they come, side by side.</summary>
    public Task RunAsync(IAsyncEnumerable<RidePlan> rides, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(rides, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellationToken }, async (plan, ended) => await PlayAsync(plan, ended));

    private async Task PlayAsync(RidePlan plan, CancellationToken cancellationToken)
    {
        var told = new Told(plan, shop, time, cancellationToken);
        var driver = fleet.Assign(plan);
        await told.Async(EventTypes.OrderDriverAssigned, new { driver = new { id = driver.Id, name = driver.Name, vehicle = driver.Vehicle.Description ?? driver.Vehicle.Kind } });
        await told.StatusAsync("courier_assigned");
        await Task.Delay(plan.ReadyAfter, time, cancellationToken);
        fleet.Depart(plan.OrderId);
        await fleet.ReachesAsync(plan.OrderId, OrderPhase.UnderWay, cancellationToken);
        await told.StatusAsync("picked_up");
        await told.StatusAsync("out_for_delivery", plan.OnTheWay);
        if (plan.HeldUpBy is { } reason)
        {
            fleet.Slow(driver.Id, InTraffic);
            await told.Async(EventTypes.OrderNoteAdded, new { note = reason, customerVisible = true });
        }

        if (plan.SilentFor is { } silence)
        {
            fleet.Silence(driver.Id, isSilent: true);
            await Task.Delay(silence, time, cancellationToken);
            fleet.Silence(driver.Id, isSilent: false);
        }

        await fleet.ReachesAsync(plan.OrderId, OrderPhase.AtDoor, cancellationToken);
        if (plan.HeldUpBy is not null)
        {
            fleet.Slow(driver.Id, share: 1);
        }

        await Task.Delay(plan.HandOver, time, cancellationToken);
        if (plan.AttemptFails)
        {
            await told.StatusAsync("attempt_failed", "Nobody answered the door; we try again on the way back");
            await fleet.ReachesAsync(plan.OrderId, OrderPhase.Done, cancellationToken);
            fleet.AssignAgain(plan, driver.Id);
            await fleet.ReachesAsync(plan.OrderId, OrderPhase.UnderWay, cancellationToken);
            await told.StatusAsync("out_for_delivery", "On the way back to you");
            await fleet.ReachesAsync(plan.OrderId, OrderPhase.AtDoor, cancellationToken);
            await Task.Delay(plan.HandOver, time, cancellationToken);
        }

        await told.StatusAsync("delivered", plan.Delivered);
        await told.Async(EventTypes.OrderProofAdded, new { proof = new { receivedBy = plan.Customer.Name } });
        await fleet.ReachesAsync(plan.OrderId, OrderPhase.Done, cancellationToken);
        fleet.Release(driver.Id);
    }

    /// <summary>The events of one ride, numbered.</summary>
    private sealed class Told(RidePlan plan, ShopPlayer shop, TimeProvider time, CancellationToken cancellationToken)
    {
        private int _events;

        public Task StatusAsync(string status, string? note = null) => Async(EventTypes.OrderStatusChanged, new { status, note });

        public Task Async(string type, object data) => shop.PostAsync(
            [
                new CloudEvent
                {
                    Id = $"{plan.OrderId}.ride.{++_events}",
                    Source = plan.Courier,
                    Type = type,
                    Subject = plan.OrderId,
                    Time = time.GetUtcNow(),
                    Data = OrderStory.Data(data),
                },
            ],
            cancellationToken);
    }
}
