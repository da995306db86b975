using System.Text.Json;
using System.Text.RegularExpressions;
using Milepost.Core.Orders;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Orders;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Templates;

/// <summary>
/// The model as templates see it. Every name is always there, so that <c>{{#if order.eta}}</c> can be asked; what is not known is null. What
/// takes work is made when it is asked for.
/// </summary>
internal static partial class ModelMapping
{
    public const string DefaultColor = "#1f6feb";

    private const int MaxDataDepth = 16;

    // Times any quantity it is still a decimal.
    private const decimal MaxPrice = 1e18m;

    /// <summary>The model of a template.</summary>
    /// <param name="model">What is known.</param>
    /// <param name="locale">The customer's.</param>
    /// <param name="language">That of the words.</param>
    public static ModelObject Map(TextModel model, string locale, string language) => new(new(StringComparer.Ordinal)
    {
        ["order"] = model.Order is { } order ? Order(order, model.Now) : null,
        ["customer"] = new ModelObject(new(StringComparer.Ordinal) { ["name"] = Text(model.CustomerName) }),
        ["brand"] = Later(() => Brand(model.Brand)),
        ["event"] = new ModelObject(new(StringComparer.Ordinal) { ["note"] = Text(model.Note), ["time"] = model.EventTime }),
        ["link"] = Link(model.Link),
        ["unsubscribeLink"] = Link(model.UnsubscribeLink),
        ["digest"] = Later(() => new ModelList([.. model.Digest.Select(Item)])),
        ["data"] = Later(() => model.Data is { ValueKind: JsonValueKind.Object } data ? Data(data, 0) : ModelObject.Empty),
        ["locale"] = locale,
        ["language"] = language,
        ["timeZone"] = model.TimeZone,
        ["now"] = model.Now,
    });

    private static ModelObject Order(Order order, DateTimeOffset now) => new(new(StringComparer.Ordinal)
    {
        ["id"] = order.Id,
        ["status"] = order.ShownStatus().Wire(),
        ["active"] = order.IsActive(),
        ["items"] = Later(() => new ModelList([.. order.Items.Select(item => Item(item, order.Total?.Currency))])),
        ["total"] = Money(order.Total),
        ["eta"] = order.Eta is not { } eta ? null : new ModelObject(new(StringComparer.Ordinal)
        {
            ["at"] = eta.At,
            ["from"] = eta.From,
            ["to"] = eta.To,
            ["reason"] = Text(eta.Reason),
        }),
        // What is late is not expected at a time that has passed.
        ["etaAhead"] = order.Eta is { } expected && expected.At > now,
        ["address"] = Text(order.Destination?.Address),
        ["driver"] = Text(order.Driver?.Name) is not { } name ? null : new ModelObject(new(StringComparer.Ordinal)
        {
            ["name"] = name,
            ["vehicle"] = Text(order.Driver!.Vehicle),
        }),
        ["placedAt"] = order.PlacedAt,
    });

    // The price is that of one; the amount that of the line.
    private static ModelObject Item(OrderItem item, string? currency)
    {
        var price = currency is null ? null : item.Price;
        return new(new(StringComparer.Ordinal)
        {
            ["name"] = item.Name,
            ["quantity"] = (decimal)item.Quantity,
            ["price"] = price is { } one ? Money(new Money(one, currency!)) : null,
            ["amount"] = price is <= MaxPrice and { } each ? Money(new Money(each * item.Quantity, currency!)) : null,
        });
    }

    private static ModelObject Item(DigestItem item) => new(new(StringComparer.Ordinal) { ["title"] = item.Title, ["text"] = item.Text, ["time"] = item.Time });

    private static ModelObject? Money(Money? money) =>
        money is null ? null : new ModelObject(new(StringComparer.Ordinal) { ["amount"] = money.Amount, ["currency"] = money.Currency });

    private static ModelObject Brand(TenantBrand brand)
    {
        var color = brand.Color is { } own && HexColor().IsMatch(own) ? own : DefaultColor;
        return new ModelObject(new(StringComparer.Ordinal)
        {
            ["name"] = Text(brand.Name),
            ["logoUrl"] = Link(brand.LogoUrl),
            ["color"] = color,
            ["textColor"] = IsBright(color) ? "#111827" : "#ffffff",
            ["supportEmail"] = Text(brand.SupportEmail),
        });
    }

    private static object? Data(JsonElement value, int depth) => value.ValueKind switch
    {
        _ when depth > MaxDataDepth => null,
        JsonValueKind.Object => Object(value, depth),
        JsonValueKind.Array => new ModelList([.. value.EnumerateArray().Select(item => Data(item, depth + 1))]),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetDecimal(out var number) ? number : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static ModelObject Object(JsonElement value, int depth)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var member in value.EnumerateObject())
        {
            // As JSON readers do, the last of equal names counts.
            members[member.Name] = Data(member.Value, depth + 1);
        }

        return new ModelObject(members);
    }

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    // Apps have schemes of their own; those that run as script have no place in a link.
    private static string? Link(string? link) =>
        Uri.TryCreate(link, UriKind.Absolute, out var uri) && uri.Scheme is not ("javascript" or "data" or "vbscript" or "file") ? link : null;

    // Relative luminance by WCAG 2, coarsely: which of black and white reads better.
    private static bool IsBright(string color)
    {
        var rgb = Convert.FromHexString(color.AsSpan(1));
        return (0.299 * rgb[0]) + (0.587 * rgb[1]) + (0.114 * rgb[2]) > 160;
    }

    private static Lazy<object?> Later(Func<object?> make) => new(make, LazyThreadSafetyMode.None);

    [GeneratedRegex("^#[0-9a-fA-F]{6}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex HexColor();
}
