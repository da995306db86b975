using Milepost.Protocol.Events;

namespace Milepost.Server.Demo;

/// <summary>One event and when the shop sends it, counted from the start of the script.</summary>
/// <param name="Offset">When.</param>
/// <param name="Event">What.</param>
/// <param name="Ride">With this event the order is given to the fleet: what follows is told by how its driver gets on.</param>
internal sealed record ScriptedEvent(TimeSpan Offset, CloudEvent Event, RidePlan? Ride = null);

/// <summary>What a script is made from. The same values give the same script.</summary>
/// <param name="Seed">Decides everything that is left to chance.</param>
/// <param name="Start">The instant of offset zero.</param>
/// <param name="Speed">2 = every order lives half as long.</param>
/// <param name="OrdersPerMinute">How many new orders come in, before <paramref name="Speed"/>.</param>
internal sealed record ScriptOptions(int Seed, DateTimeOffset Start, double Speed, double OrdersPerMinute);

/// <summary>
/// What the demo's shops send and when: an endless sequence in the order of sending, a pure function of its options. Events with one
/// offset belong into one batch. As with real shops some events come twice and some come late.
/// </summary>
internal static class ShopScript
{
    private const double DuplicateShare = 0.03;
    private const double LateShare = 0.08;

    public static IEnumerable<ScriptedEvent> Generate(ScriptOptions options)
    {
        var random = new Random(options.Seed);
        var authors = new OrderAuthors(options, random);
        var waiting = new PriorityQueue<ScriptedEvent, (TimeSpan, long)>();
        long sequence = 0;
        foreach (var story in authors.Opening())
        {
            Enqueue(story);
        }

        var nextOrder = Whole(4 / options.Speed);
        while (true)
        {
            while (waiting.TryPeek(out var next, out _) && next.Offset < nextOrder)
            {
                yield return waiting.Dequeue();
            }

            Enqueue(authors.NewOrder(nextOrder));
            // Uneven, as people are, but never a long silence.
            nextOrder += Whole(60 / options.OrdersPerMinute / options.Speed * (0.4 + (1.2 * random.NextDouble())));
        }

        void Enqueue(IReadOnlyList<ScriptedEvent> story)
        {
            foreach (var scripted in WithFaults(story, random, options.Speed))
            {
                waiting.Enqueue(scripted, (scripted.Offset, sequence++));
            }
        }
    }

    // Stories count in milliseconds: an order that came a part of one later would begin before what was sent already.
    private static TimeSpan Whole(double seconds) => TimeSpan.FromMilliseconds(Math.Ceiling(seconds * 1000));

    // The event says when it happened; only its sending is delayed or repeated. Offset zero is the past as it is known at the start.
    private static IEnumerable<ScriptedEvent> WithFaults(IReadOnlyList<ScriptedEvent> story, Random random, double speed)
    {
        foreach (var scripted in story)
        {
            var chance = random.NextDouble();
            var delay = TimeSpan.FromSeconds((12 + (12 * random.NextDouble())) / speed);
            if (scripted.Offset == TimeSpan.Zero || scripted.Event.Type is EventTypes.OrderPlaced)
            {
                yield return scripted;
            }
            else if (chance < LateShare && scripted.Event.Type is EventTypes.OrderStatusChanged)
            {
                yield return scripted with { Offset = scripted.Offset + delay };
            }
            else
            {
                yield return scripted;
                if (chance > 1 - DuplicateShare)
                {
                    yield return scripted with { Offset = scripted.Offset + (delay / 4), Ride = null };
                }
            }
        }
    }
}
