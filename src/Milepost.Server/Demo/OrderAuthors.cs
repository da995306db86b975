using Milepost.Core.Tracking;

namespace Milepost.Server.Demo;

/// <summary>Decides who orders what, and how it goes: hands out <see cref="OrderStory"/> after story.</summary>
internal sealed class OrderAuthors(ScriptOptions options, Random random)
{
    // What is over took as long as such orders really take.
    private const double PastStretch = 25;

    // Whoever orders round the corner sees no driver ride.
    private const double LeastMeters = 800;

    private readonly Queue<DemoCustomer> _customers = new();
    private int _orders;

    /// <summary>What is known when the demo starts: for each customer an order of the last days, for most one that is under way.</summary>
    public IEnumerable<IReadOnlyList<ScriptedEvent>> Opening()
    {
        foreach (var customer in Cast.Customers)
        {
            var isParcel = random.Next(2) == 0;
            yield return Written(Story(customer, isParcel, -TimeSpan.FromHours(20 + random.Next(50)), PastStretch), isParcel, past: true);
        }

        // Begun a little before the start, so that the first seconds show all stages of an order.
        var secondsAgo = 10;
        foreach (var customer in Cast.Customers.Take(Cast.Customers.Count - 1))
        {
            var isParcel = secondsAgo % 3 == 0;
            yield return Written(Story(customer, isParcel, -TimeSpan.FromSeconds(secondsAgo / options.Speed), 1 / options.Speed), isParcel, past: false);
            secondsAgo += 8;
        }
    }

    public IReadOnlyList<ScriptedEvent> NewOrder(TimeSpan at)
    {
        var isParcel = random.NextDouble() < 0.35;
        return Written(Story(NextCustomer(), isParcel, at, 1 / options.Speed), isParcel, past: false);
    }

    private OrderStory Story(DemoCustomer customer, bool isParcel, TimeSpan placedAt, double stretch)
    {
        var shops = isParcel ? Cast.ParcelShops : Cast.Restaurants;
        var id = $"{(isParcel ? 'p' : 'r')}{options.Seed}-{1001 + _orders++}";
        var far = shops.Where(shop => IsFar(shop, customer)).ToList();
        return new OrderStory(options, random, id, customer, far[random.Next(far.Count)], placedAt, stretch);
    }

    private static bool IsFar(DemoShop shop, DemoCustomer customer) =>
        Geodesy.Distance(new GeoPoint(shop.Lat, shop.Lon), new GeoPoint(customer.Lat, customer.Lon)) > LeastMeters;

    private IReadOnlyList<ScriptedEvent> Written(OrderStory story, bool isParcel, bool past)
    {
        if (past)
        {
            return story.Past();
        }

        return (isParcel, random.NextDouble()) switch
        {
            (_, < 0.06) => story.Cancelled(),
            (true, < 0.24) => story.Parcel(attemptFails: true),
            (true, _) => story.Parcel(attemptFails: false),
            (false, < 0.22) => story.PickUp(),
            (false, < 0.45) => story.Meal(isDelayed: true),
            (false, _) => story.Meal(isDelayed: false),
        };
    }

    // Everybody orders once before anybody orders again: whoever is being watched does not wait long.
    private DemoCustomer NextCustomer()
    {
        if (_customers.Count == 0)
        {
            var shuffled = Cast.Customers.ToArray();
            random.Shuffle(shuffled);
            foreach (var customer in shuffled)
            {
                _customers.Enqueue(customer);
            }
        }

        return _customers.Dequeue();
    }
}
