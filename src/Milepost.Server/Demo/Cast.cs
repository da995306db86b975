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

internal sealed record DemoShop(string Source, string Counter, IReadOnlyList<(string Name, decimal Price)> Range);

/// <summary>Who plays in the demo. All of them are invented.</summary>
internal static class Cast
{
    public const string Tenant = "demo";

    internal static readonly DemoCustomer[] CustomerList =
    [
        new("amira", "Amira Haddad", "en-GB", "Europe/Berlin", "Kastanienallee 12, 10435 Berlin", 52.5377, 13.4090, HasApp: true),
        new("jonas", "Jonas Weber", "de-DE", "Europe/Berlin", "Oranienstraße 184, 10999 Berlin", 52.5011, 13.4189),
        new("chiara", "Chiara Lombardi", "it-IT", "Europe/Rome", "Graefestraße 71, 10967 Berlin", 52.4922, 13.4153),
        new("kwame", "Kwame Mensah", "en-GB", "Europe/London", "Schönhauser Allee 36, 10435 Berlin", 52.5389, 13.4127, HasApp: true),
        new("sofie", "Sofie Nyström", "sv-SE", "Europe/Stockholm", "Torstraße 98, 10119 Berlin", 52.5295, 13.4018),
        new("mateo", "Mateo Fuentes", "es-ES", "Europe/Madrid", "Bergmannstraße 102, 10961 Berlin", 52.4887, 13.3911),
        new("yuki", "Yuki Tanabe", "ja-JP", "Asia/Tokyo", "Simon-Dach-Straße 9, 10245 Berlin", 52.5124, 13.4556),
        new("noor", "Noor van Dijk", "nl-NL", "Europe/Amsterdam", "Weserstraße 58, 12045 Berlin", 52.4872, 13.4334, HasApp: true),
    ];

    public static IReadOnlyList<DemoCustomer> Customers => CustomerList;

    public static bool Knows(string? customer) => Array.Exists(CustomerList, one => one.Id == customer);

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
        new("/restaurants/trattoria-sole", "Trattoria Sole",
            [("Pizza Margherita", 10.50m), ("Tagliatelle al ragù", 14.90m), ("Burrata with tomatoes", 11.20m), ("Tiramisù", 6.50m), ("San Pellegrino 0.75 l", 5.20m)]),
        new("/restaurants/hikari-ramen", "Hikari Ramen",
            [("Tonkotsu ramen", 15.50m), ("Miso ramen, vegan", 14.50m), ("Gyoza, six pieces", 7.80m), ("Edamame with sea salt", 5.40m), ("Matcha mochi", 4.90m)]),
        new("/restaurants/beirut-garden", "Beirut Garden",
            [("Mezze plate for two", 24.00m), ("Falafel wrap", 8.90m), ("Chicken shawarma bowl", 13.40m), ("Fattoush", 9.20m), ("Mint lemonade", 4.30m)]),
        new("/restaurants/curry-corner", "Curry Corner",
            [("Butter chicken with rice", 14.20m), ("Palak paneer", 12.80m), ("Garlic naan", 3.60m), ("Mango lassi", 4.50m)]),
    ];

    public static readonly IReadOnlyList<DemoShop> ParcelShops =
    [
        new("/shops/papier-und-tinte", "Papier & Tinte",
            [("Dotted notebook A5", 16.90m), ("Fountain pen, fine", 34.00m), ("Ink, storm blue", 12.50m), ("Letter set", 18.00m)]),
        new("/shops/kaffeewerk", "Kaffeewerk",
            [("Espresso beans 1 kg", 27.50m), ("Filter papers, 100 pieces", 4.20m), ("Hand grinder", 79.00m), ("Stoneware cup", 14.90m)]),
        new("/shops/radhaus", "Radhaus",
            [("Bicycle light set", 39.90m), ("Chain oil", 8.50m), ("Rain jacket", 89.00m), ("Handlebar bag", 45.00m)]),
    ];
}
