using System.Globalization;
using System.Text.Json;
using Milepost.Processes;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Faults.Tests;

/// <summary>The tenants and customers of one run. Every id carries its tenant's name, so that a stray one is seen.</summary>
internal sealed class Market(string run)
{
    public const int Customers = 4;
    // Near the clock of the real servers: what happened too long ago is not worth a mail any more, and orders that stand still for so long are late.
    private static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddMinutes(-2);

    public IReadOnlyList<string> Tenants { get; } = [$"{run}-a", $"{run}-b"];

    public static string Customer(string tenant, int number) => string.Create(CultureInfo.InvariantCulture, $"{tenant}-c{number}");

    /// <summary>The order that a customer follows from the beginning to the end of the run.</summary>
    public static string LongOrder(string tenant, int number) => string.Create(CultureInfo.InvariantCulture, $"{tenant}-long{number}");

    public static CloudEvent Placed(string order, string customer) => Event(
        order, 0, EventTypes.OrderPlaced, $$"""{"customer":{"id":"{{customer}}","name":"{{customer}}","email":"{{customer}}@mail.example"},"items":[{"name":"Soup","quantity":2}]}""");

    /// <summary>The steps of an order behind <c>placed</c>, from 1.</summary>
    public static CloudEvent Moved(string order, int step) => Event(order, step, EventTypes.OrderStatusChanged, $$"""{"status":"{{Shop.Life[step - 1].Wire()}}"}""");

    public static CloudEvent Noted(string order, int step) => Event(order, step, EventTypes.OrderNoteAdded, $$"""{"note":"note {{step}}","customerVisible":true}""");

    private static CloudEvent Event(string order, int step, string type, string data) => new()
    {
        Id = string.Create(CultureInfo.InvariantCulture, $"{order}-{step}"),
        Source = "/faults",
        Type = type,
        Subject = order,
        Time = Start.AddSeconds(step),
        Data = JsonElement.Parse(data),
    };
}
