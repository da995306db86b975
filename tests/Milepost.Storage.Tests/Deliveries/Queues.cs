using System.Globalization;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tests;

namespace Milepost.Storage.Tests.Deliveries;

/// <summary>One store with its queue as two nodes see it, and what tests do with them.</summary>
internal sealed record Queues(IOrderStore Orders, IDeliveryQueue Queue, IDeliveryQueue OtherNode, IOutbox Outbox)
{
    public static readonly TimeSpan LeaseFor = TimeSpan.FromSeconds(15);
    private int _events;

    public DateTimeOffset Now { get; set; } = Some.Evening.AddHours(1);

    public static Delivery Delivery(string id, DateTimeOffset due, string tenant = Some.Tenant, DeliveryChannel channel = DeliveryChannel.Email, TimeSpan? timeToLive = null) => new()
    {
        Tenant = tenant,
        Id = id,
        CustomerId = "c-1",
        Channel = channel,
        NotificationId = "1-" + id,
        OrderId = "o-1",
        Address = "ada@example.org",
        Title = "Order received",
        Body = "We have received your order \"o-1\" \u00e4\ud83d\ude00.",
        CreatedAt = due,
        Due = due,
        ExpiresAt = due + (timeToLive ?? TimeSpan.FromHours(24)),
    };

    /// <summary>Queues deliveries the only way there is: with an event.</summary>
    public async Task QueueAsync(params IEnumerable<Delivery> deliveries)
    {
        foreach (var tenant in deliveries.GroupBy(delivery => delivery.Tenant))
        {
            RecordedEvent[] cause = [Some.Customer(string.Create(CultureInfo.InvariantCulture, $"cause-{_events++}"), _events, new CustomerProfile { Id = "c-1" }, tenant.Key)];
            await Orders.RecordAsync(
                cause,
                context =>
                {
                    var plan = RecordingPlanner.Plan(context, Some.Tools, cause, Now);
                    plan.Deliveries.AddRange(tenant);
                    return plan;
                },
                CancellationToken.None);
        }
    }

    public Task<RecordingPlan> RecordAsync(params IReadOnlyList<RecordedEvent> events) =>
        Orders.RecordAsync(events, context => RecordingPlanner.Plan(context, Some.Tools, events, Now), CancellationToken.None);

    public Task<IReadOnlyList<Lease>> LeaseAsync(string owner, int max = 10, DeliveryLane lane = DeliveryLane.News) => Queue.LeaseAsync(owner, lane, max, LeaseFor, Now, CancellationToken.None);

    public async Task<LeaseResult> BeginAsync(Lease lease) => (await Queue.BeginAsync([lease], LeaseFor, Now, CancellationToken.None)).Single();

    public async Task<LeaseResult> CompleteAsync(Lease lease, DeliveryOutcome outcome) => (await Queue.CompleteAsync([new Completion(lease, outcome)], Now, CancellationToken.None)).Single();

    public async Task<LeaseResult> RenewAsync(Lease lease) => (await Queue.RenewAsync([lease], LeaseFor, Now, CancellationToken.None)).Single();

    public async Task<LeaseResult> SettleAsync(Lease lease, Clearance clearance) => (await Queue.SettleAsync([new Settlement(lease, clearance)], Now, CancellationToken.None)).Single();

    public Task<bool> CancelAsync(string id, string tenant = Some.Tenant) => Queue.CancelAsync(tenant, id, ClearanceCode.CalledOff, "Called off.", Now, CancellationToken.None);

    public Task<bool> ReportAsync(string id, DeliveryReportKind kind, string tenant = Some.Tenant) => Queue.ReportAsync(tenant, id, new DeliveryReport(kind, Now, "The provider says so."), Now, CancellationToken.None);

    public Task<int> WakeAsync(string code) => Queue.WakeAsync(code, Now, CancellationToken.None);

    public Task<int> ReleaseAsync(string owner) => Queue.ReleaseAsync(owner, Now, CancellationToken.None);

    public Task<SweepResult> SweepAsync() => Queue.SweepAsync(Now, CancellationToken.None);

    public Task<QueueDepth> DepthAsync() => Queue.DepthAsync(Now, CancellationToken.None);

    public Task<DeliveryDetails?> FindAsync(string id, string tenant = Some.Tenant) => Queue.FindAsync(tenant, id, CancellationToken.None);

    public async Task<DeliveryState> StateAsync(string id, string tenant = Some.Tenant) => (await FindAsync(id, tenant))!.Row.Progress.State;

    /// <summary>Leases one that is begun already.</summary>
    public async Task<Lease> SendingAsync(string owner)
    {
        var lease = (await LeaseAsync(owner, 1)).Single();
        (await BeginAsync(lease)).ShouldBe(LeaseResult.Applied);
        return lease;
    }
}
