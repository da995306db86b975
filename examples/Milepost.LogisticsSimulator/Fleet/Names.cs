namespace Milepost.LogisticsSimulator.Fleet;

/// <summary>Invents drivers.</summary>
internal static class Names
{
    private static readonly string[] First =
        ["Ana", "Mehmet", "Lena", "Tomasz", "Amira", "Jonas", "Priya", "Luca", "Zoë", "Kofi", "Marta", "Yusuf", "Ingrid", "Diego", "Fatou", "Emil", "Nadia", "Viktor", "Chiara", "Sven"];

    private static readonly string[] Last =
        ["Keller", "Yılmaz", "Nowak", "Rossi", "Okafor", "Brandt", "Sharma", "Silva", "Haddad", "Lindqvist", "Moreau", "Petrov", "O'Neill", "García", "Diallo", "Hoffmann", "Kovács", "Jansen"];

    private static readonly Vehicle[] Vehicles =
    [
        new("bicycle", "black city bike"), new("cargo_bicycle", "yellow cargo bike"), new("scooter", "red electric scooter", "S {0}"), new("car", "silver Škoda Fabia", "B-MP {0}"),
        new("van", "white Renault Kangoo", "B-LG {0}"), new("motorcycle", "blue Honda PCX", "B-K {0}"),
    ];

    /// <summary>The n-th driver of a tenant, the same for the same seed.</summary>
    public static DriverProfile Driver(string id, int seed, int n)
    {
        var random = new Random(unchecked(seed * 7919 + n));
        var vehicle = Vehicles[random.Next(Vehicles.Length)];
        return new DriverProfile(
            id,
            $"{First[random.Next(First.Length)]} {Last[random.Next(Last.Length)]}",
            vehicle with { Plate = vehicle.Plate is { } plate ? string.Format(plate, random.Next(100, 10_000)) : null },
            Math.Round(3.8 + 1.2 * random.NextDouble(), 2),
            $"+49152055{random.Next(10_000, 100_000)}");
    }
}
