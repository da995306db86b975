using Milepost.Core.Deliveries;
using Milepost.Core.Tenants;
using Milepost.Server.Channels;

namespace Milepost.Server.Worker;

/// <summary>What becomes of a lease, and what is sent if it goes out.</summary>
internal readonly record struct Cleared(Lease Lease, Clearance Clearance, OutgoingMessage? Message);

/// <summary>
/// Decides about leased deliveries: reads what is true now, asks the rules, writes the messages of those that go out, asks whether their
/// provider can be used, and takes from their limits.
/// </summary>
internal sealed class DeliveryClearing(
    IClearanceStore store, IDeliveryLimitStore limits, ISuppressionStore suppressions, ITenantCatalog tenants, MessageComposer composer, ChannelRoutes routes, DeliveryAllowance allowance, BudgetWatch budgets, TimeProvider time)
{
    public async Task<IReadOnlyList<Cleared>> ClearAsync(IReadOnlyList<Lease> leases, CancellationToken cancellationToken)
    {
        var facts = await store.ReadAsync([.. leases.Select(lease => lease.Delivery)], cancellationToken);
        var now = time.GetUtcNow();
        var cleared = new Cleared[leases.Count];
        var aside = new HashSet<string>(StringComparer.Ordinal);

        // The older ones first: what becomes of them decides about the newer.
        foreach (var index in Enumerable.Range(0, leases.Count).OrderBy(index => leases[index].Delivery.Place))
        {
            cleared[index] = Decide(leases[index], facts[index], aside, now);
            if (cleared[index].Clearance is not Clearance.Send)
            {
                aside.Add(leases[index].Delivery.Id);
            }
        }

        await StopSuppressedAsync(cleared, cancellationToken);
        await TakeAsync(cleared, now, cancellationToken);
        return cleared;
    }

    private Cleared Decide(Lease lease, ClearanceFacts facts, IReadOnlySet<string> aside, DateTimeOffset now)
    {
        var due = new ClearanceCase(lease.Row, facts, tenants.Of(lease.Delivery.Tenant), now) { SetAside = aside };
        var clearance = ClearanceRules.Decide(due);
        if (clearance is not Clearance.Send send)
        {
            return new Cleared(lease, clearance, null);
        }

        var message = composer.Compose(due, send);
        return routes.Of(lease.Delivery.Channel).DownUntil(message) is { } until
            ? new Cleared(lease, Down(until), null)
            : new Cleared(lease, send, message);
    }

    private async Task StopSuppressedAsync(Cleared[] cleared, CancellationToken cancellationToken)
    {
        int[] asked = [.. Enumerable.Range(0, cleared.Length).Where(index => cleared[index] is { Clearance: Clearance.Send, Lease.Delivery.Channel: DeliveryChannel.Email or DeliveryChannel.Sms })];
        if (asked.Length == 0)
        {
            return;
        }

        var found = await suppressions.FindAsync([.. asked.Select(index => Key(cleared[index].Message!))], cancellationToken);
        for (var place = 0; place < asked.Length; place++)
        {
            if (found[place] is { } suppressed)
            {
                cleared[asked[place]] = new Cleared(cleared[asked[place]].Lease, Suppressed(suppressed), null);
            }
        }
    }

    private async Task TakeAsync(Cleared[] cleared, DateTimeOffset now, CancellationToken cancellationToken)
    {
        int[] sends = [.. Enumerable.Range(0, cleared.Length).Where(index => cleared[index].Clearance is Clearance.Send)];
        // A message counts once, however often it is tried.
        var takes = sends.Select(index => cleared[index].Lease.Row.Progress.Attempts > 0 ? [] : allowance.Of(cleared[index].Lease.Delivery, cleared[index].Message!, now)).ToList();
        if (takes.TrueForAll(take => take.Count == 0))
        {
            return;
        }

        var reached = await limits.TakeAsync(takes, now, cancellationToken);
        for (var place = 0; place < sends.Length; place++)
        {
            var delivery = cleared[sends[place]].Lease.Delivery;
            if (delivery.Channel == DeliveryChannel.Sms)
            {
                budgets.Counted(delivery.Tenant, isOver: reached[place] is { Take.Code: ClearanceCode.Budget });
            }

            if (reached[place] is { } limit)
            {
                cleared[sends[place]] = new Cleared(cleared[sends[place]].Lease, DeliveryAllowance.Over(delivery, limit), null);
            }
        }
    }

    internal static Clearance Down(DateTimeOffset until) => new Clearance.Hold(until, ClearanceCode.ProviderDown, "No provider of the channel can be used at the moment.");

    internal static Clearance Suppressed(SuppressedAddress address) =>
        new Clearance.Stop(DeliveryState.Suppressed, ClearanceCode.AddressSuppressed, $"Nothing is sent to this address: {address.Reason.Wire()}.");

    internal static ChannelAddress Key(OutgoingMessage message) => new(message.Tenant, message.Channel, message.Address);
}
