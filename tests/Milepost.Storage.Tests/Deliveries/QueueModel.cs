using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Deliveries;
using Milepost.Core.Tests;

namespace Milepost.Storage.Tests.Deliveries;

/// <summary>Random steps of several workers, taken by a queue and by the model in memory: answers and rows must be the same.</summary>
internal static class QueueModel
{
    private static readonly DeliveryReportKind[] Reported = Enum.GetValues<DeliveryReportKind>();
    private static readonly string[] Tenants = ["acme", "zeta", "globex"];

    public static void Check(Func<Task<Queues>> open) => FsCheck.Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(Steps.ToArbitrary(), steps => RunAsync(open, steps)));

    private static async Task RunAsync(Func<Task<Queues>> open, Step[] steps)
    {
        var queues = await open();
        var memory = new MemoryStore();
        var model = new Queues(memory, memory.Deliveries, memory.Deliveries, memory.Deliveries);
        List<Lease> leases = [], expected = [];
        foreach (var (step, index) in steps.Select((step, index) => (step, index)))
        {
            var answer = await ApplyAsync(queues, leases, step, index);
            answer.ShouldBe(await ApplyAsync(model, expected, step, index), step.ToString());
        }

        for (var index = 0; index < steps.Length; index++)
        {
            foreach (var tenant in Tenants)
            {
                var id = Id(index);
                Text(await queues.FindAsync(id, tenant)).ShouldBe(Text(await model.FindAsync(id, tenant)));
            }
        }

        (await queues.DepthAsync()).ShouldBe(await model.DepthAsync());
    }

    private static async Task<string> ApplyAsync(Queues queues, List<Lease> leases, Step step, int index)
    {
        var worker = string.Create(CultureInfo.InvariantCulture, $"w-{step.Worker}");
        queues.Now += TimeSpan.FromSeconds(step.Wait);
        switch (step.Kind)
        {
            case Kind.Queue:
                await queues.QueueAsync(Queues.Delivery(
                    Id(index), queues.Now.AddSeconds(step.Pick % 8), Tenants[step.Pick % Tenants.Length], (DeliveryChannel)(step.Pick % 2), TimeSpan.FromSeconds(10 + (step.Pick % 5 * 20))) with
                { Lane = (DeliveryLane)(step.Pick % 3 / 2) });
                return "queued";
            case Kind.Lease:
                var taken = await queues.LeaseAsync(worker, step.Pick % 5, (DeliveryLane)(step.Pick % 4 / 3));
                leases.AddRange(taken);
                return string.Join(", ", taken.Select(lease => $"{lease.Delivery.Tenant}/{lease.Delivery.Id} {lease.Row.Progress}"));
            case Kind.Begin when leases.Count > 0:
                return $"{await queues.BeginAsync(leases[step.Pick % leases.Count])}";
            case Kind.Complete when leases.Count > 0:
                return $"{await queues.CompleteAsync(leases[step.Pick % leases.Count], Outcome(step.Pick))}";
            case Kind.Settle when leases.Count > 0:
                return $"{await queues.SettleAsync(leases[step.Pick % leases.Count], Settled(queues, step.Pick))}";
            case Kind.Cancel:
                return $"{await queues.CancelAsync(Id(step.Pick % (index + 1)), Tenants[step.Worker])}";
            case Kind.Report:
                return $"{await queues.ReportAsync(Id(step.Pick % (index + 1)), Reported[step.Pick % Reported.Length], Tenants[step.Worker])}";
            case Kind.Wake:
                return $"{await queues.WakeAsync(ClearanceCode.QuietHours)}";
            case Kind.Renew when leases.Count > 0:
                return $"{await queues.RenewAsync(leases[step.Pick % leases.Count])}";
            case Kind.Release:
                return $"{await queues.ReleaseAsync(worker)}";
            case Kind.Sweep:
                return $"{await queues.SweepAsync()}";
            default:
                return "nothing";
        }
    }

    private static string Id(int index) => string.Create(CultureInfo.InvariantCulture, $"d-{index}");

    private static DeliveryOutcome Outcome(int pick) => (pick % 4) switch
    {
        0 => new DeliveryOutcome.Sent("ok"),
        1 => new DeliveryOutcome.Retry(TimeSpan.FromSeconds(pick % 7), "later"),
        2 => new DeliveryOutcome.GiveUp("never"),
        _ => new DeliveryOutcome.Unknown("timeout"),
    };

    private static Clearance Settled(Queues queues, int pick) => (pick % 3) switch
    {
        0 => new Clearance.Hold(queues.Now.AddSeconds(pick % 11), pick % 2 == 0 ? ClearanceCode.QuietHours : ClearanceCode.Limit, "Not now.") { Topic = pick % 5 == 0 ? "held" : null },
        1 => new Clearance.Stop(DeliveryState.Cancelled, ClearanceCode.Acknowledged, "Known."),
        _ => new Clearance.Stop(DeliveryState.Suppressed, ClearanceCode.Preference, "Not wanted."),
    };

    private static string Text(DeliveryDetails? details) => details is null ? "none" : $"{details.Row.Delivery}\n{details.Row.Progress}\n{string.Join('\n', details.Attempts)}\n{string.Join('\n', details.Notes)}";

    private enum Kind
    {
        Queue,
        Lease,
        Begin,
        Complete,
        Settle,
        Cancel,
        Report,
        Wake,
        Renew,
        Release,
        Sweep,
    }

    private sealed record Step(Kind Kind, int Worker, int Pick, int Wait);

    private static Gen<Step[]> Steps =>
        from count in Gen.Choose(1, 60)
        from steps in OneStep.ArrayOf(count)
        select steps;

    private static Gen<Step> OneStep =>
        from kind in Gen.Elements(
            Kind.Queue, Kind.Queue, Kind.Queue, Kind.Lease, Kind.Lease, Kind.Lease, Kind.Begin, Kind.Begin, Kind.Begin, Kind.Begin,
            Kind.Complete, Kind.Complete, Kind.Complete, Kind.Complete, Kind.Settle, Kind.Settle, Kind.Cancel, Kind.Report, Kind.Report, Kind.Wake, Kind.Renew, Kind.Release, Kind.Sweep, Kind.Sweep)
        from worker in Gen.Choose(0, 2)
        from pick in Gen.Choose(0, 100)
        from wait in Gen.Elements(0, 0, 0, 1, 5, 16)
        select new Step(kind, worker, pick, wait);
}
