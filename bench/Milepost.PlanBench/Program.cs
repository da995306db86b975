// How many notifications a core plans in a second, with the real words: orders placed and paid, each by a customer with an e-mail address. Nothing is
// stored and nothing is sent. Prints the median of several rounds.
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Server.Templates;

const int Orders = 100;
const int Rounds = 9;
var round = TimeSpan.FromSeconds(1);
var now = TimeProvider.System.GetUtcNow();
var builtIn = BuiltInTexts.Load();
var tenants = new DefaultTenants();
var tools = new NotificationTools(new Texts(builtIn, new TemplateCatalog(builtIn), tenants, NullLogger<Texts>.Instance), tenants);
RecordedEvent[] events = [.. Enumerable.Range(0, Orders).SelectMany(OrderEvents)];

var rates = new List<double>();
for (var turn = 0; turn <= Rounds; turn++)
{
    var planned = 0;
    var watch = Stopwatch.StartNew();
    var cpu = Environment.CpuUsage.TotalTime;
    while (watch.Elapsed < round)
    {
        var plan = RecordingPlanner.Plan(new RecordingContext(), tools, events, now);
        if (plan.Deliveries.Count != events.Length)
        {
            throw new InvalidOperationException($"{plan.Deliveries.Count} deliveries of {events.Length} events");
        }

        planned += plan.Deliveries.Count;
    }

    // By the processor's time: other work on the machine does not count. The first round warms up.
    if (turn > 0)
    {
        rates.Add(planned / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }
}

rates.Sort();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"planned notifications per second of processor time: median {rates[Rounds / 2]:0}, lowest {rates[0]:0}, highest {rates[^1]:0} of {Rounds} rounds"));

IEnumerable<RecordedEvent> OrderEvents(int index)
{
    var order = string.Create(CultureInfo.InvariantCulture, $"o-{index}");
    var placed = new RecordedEvent
    {
        Tenant = "bench",
        Source = "/bench",
        Id = order + "-placed",
        Type = EventTypes.OrderPlaced,
        Subject = order,
        Time = now,
        ReceivedAt = now,
        Status = OrderStatus.Placed,
        Customer = new CustomerProfile { Id = "c-" + order, Name = "Ada", Email = $"{order}@example.org", Locale = "de" },
        Items = [new OrderItem("Soup", 1, 4.5m)],
    };
    yield return placed;
    yield return placed with { Id = order + "-paid", Type = EventTypes.OrderPaid, Time = now.AddSeconds(1), Status = OrderStatus.Paid, Customer = null, Items = [] };
}
