namespace Milepost.Server.Demo;

/// <summary>Somebody who orders.</summary>
/// <param name="HasApp">The shop's app is on the customer's phone: pushes have somewhere to go.</param>
internal sealed record DemoCustomer(string Id, string Name, string Locale, string TimeZone, string Address, double Lat, double Lon, bool HasApp = false)
{
    /// <summary>The name of the phone among the customer's devices.</summary>
    public string Device => $"{Id}-phone";

    public string Email => $"{Id}@example.com";

    // 01632 960xxx is set aside for drama.
    public string Phone => $"+441632960{100 + Array.FindIndex(Cast.CustomerList, customer => customer.Id == Id)}";
}

internal sealed record DemoDriver(string Id, string Name, string Vehicle);

internal sealed record DemoShop(string Source, string Counter, string Address, double Lat, double Lon, IReadOnlyList<(string Name, decimal Price)> Range);

/// <summary>Who plays in the demo. All of them are invented; where they are lies in the simulated city of <see cref="DemoFleet"/>.</summary>
internal static class Cast
{
    public const string Tenant = "demo";

    internal static readonly DemoCustomer[] CustomerList =
    [
        new("amira", "Amira Haddad", "en-GB", "Europe/Berlin", "Linienstraße 54, 10119 Berlin", 52.5277, 13.4089, HasApp: true),
        new("jonas", "Jonas Weber", "de-DE", "Europe/Berlin", "Holzmarktstraße 20, 10179 Berlin", 52.5146, 13.4225),
        new("chiara", "Chiara Lombardi", "it-IT", "Europe/Rome", "Fischerinsel 8, 10179 Berlin", 52.5140, 13.4058),
        new("kwame", "Kwame Mensah", "en-GB", "Europe/London", "Mollstraße 20, 10249 Berlin", 52.5257, 13.4242, HasApp: true),
        new("sofie", "Sofie Nyström", "sv-SE", "Europe/Stockholm", "Oranienburger Straße 20, 10178 Berlin", 52.5251, 13.3964),
        new("mateo", "Mateo Fuentes", "es-ES", "Europe/Madrid", "Märkisches Ufer 12, 10179 Berlin", 52.5138, 13.4152),
        new("yuki", "Yuki Tanabe", "ja-JP", "Asia/Tokyo", "Karl-Marx-Allee 31, 10178 Berlin", 52.5196, 13.4250),
        new("noor", "Noor van Dijk", "nl-NL", "Europe/Amsterdam", "Am Kupfergraben 6, 10117 Berlin", 52.5192, 13.3955, HasApp: true),
    ];

    public static IReadOnlyList<DemoCustomer> Customers => CustomerList;

    public static bool Knows(string? customer) => Array.Exists(CustomerList, one => one.Id == customer);

    /// <summary>Who brought what was ordered before the demo began; what is brought now, the simulated fleet brings.</summary>
    public static readonly IReadOnlyList<DemoDriver> Riders =
    [
        new("rider-lena", "Lena", "cargo bike"),
        new("rider-omar", "Omar", "e-bike"),
        new("rider-tomasz", "Tomasz", "scooter"),
        new("rider-priya", "Priya", "bicycle"),
        new("rider-felix", "Felix", "scooter"),
    ];

    public static readonly IReadOnlyList<DemoDriver> Vans =
    [
        new("van-31", "Marek", "electric van"),
        new("van-44", "Ines", "van"),
        new("van-52", "Deniz", "cargo bike"),
    ];

    public static readonly IReadOnlyList<DemoShop> Restaurants =
    [
        new("/restaurants/trattoria-sole", "Trattoria Sole", "Rosenthaler Straße 40, 10178 Berlin", 52.5243, 13.4019,
            [("Pizza Margherita", 10.50m), ("Tagliatelle al ragù", 14.90m), ("Burrata with tomatoes", 11.20m), ("Tiramisù", 6.50m), ("San Pellegrino 0.75 l", 5.20m)]),
        new("/restaurants/hikari-ramen", "Hikari Ramen", "Jannowitzbrücke 3, 10179 Berlin", 52.5152, 13.4181,
            [("Tonkotsu ramen", 15.50m), ("Miso ramen, vegan", 14.50m), ("Gyoza, six pieces", 7.80m), ("Edamame with sea salt", 5.40m), ("Matcha mochi", 4.90m)]),
        new("/restaurants/beirut-garden", "Beirut Garden", "Spandauer Straße 4, 10178 Berlin", 52.5193, 13.4046,
            [("Mezze plate for two", 24.00m), ("Falafel wrap", 8.90m), ("Chicken shawarma bowl", 13.40m), ("Fattoush", 9.20m), ("Mint lemonade", 4.30m)]),
        new("/restaurants/curry-corner", "Curry Corner", "Prenzlauer Allee 8, 10405 Berlin", 52.5271, 13.4172,
            [("Butter chicken with rice", 14.20m), ("Palak paneer", 12.80m), ("Garlic naan", 3.60m), ("Mango lassi", 4.50m)]),
    ];

    public static readonly IReadOnlyList<DemoShop> ParcelShops =
    [
        new("/shops/papier-und-tinte", "Papier & Tinte", "Münzstraße 12, 10178 Berlin", 52.5245, 13.4075,
            [("Dotted notebook A5", 16.90m), ("Fountain pen, fine", 34.00m), ("Ink, storm blue", 12.50m), ("Letter set", 18.00m)]),
        new("/shops/kaffeewerk", "Kaffeewerk", "Breite Straße 11, 10178 Berlin", 52.5163, 13.4031,
            [("Espresso beans 1 kg", 27.50m), ("Filter papers, 100 pieces", 4.20m), ("Hand grinder", 79.00m), ("Stoneware cup", 14.90m)]),
        new("/shops/radhaus", "Radhaus", "Schillingstraße 1, 10179 Berlin", 52.5199, 13.4201,
            [("Bicycle light set", 39.90m), ("Chain oil", 8.50m), ("Rain jacket", 89.00m), ("Handlebar bag", 45.00m)]),
    ];
}
