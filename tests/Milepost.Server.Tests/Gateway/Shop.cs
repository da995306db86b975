using System.Text.Json;
using Milepost.Client;
using Milepost.Protocol.Events;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Gateway;

/// <summary>The shop's side: orders of one customer, and notes that reach both the order's stream and the customer's.</summary>
internal sealed class Shop(TestServer server) : IDisposable
{
    private readonly MilepostClient _client = server.Client("shop", "events:write");
    private int _events;

    public Task PlacesAsync(string order, string customer) => PostAsync(order, EventTypes.OrderPlaced, new { customer = new { id = customer } });

    public Task WritesNoteAsync(string order) => PostAsync(order, EventTypes.OrderNoteAdded, new { note = "hello", customerVisible = true });

    public async Task WritesNotesAsync(string order, int count)
    {
        for (var index = 0; index < count; index++)
        {
            await WritesNoteAsync(order);
        }
    }

    public void Dispose() => (_client as IDisposable)?.Dispose();

    private async Task PostAsync(string order, string type, object data)
    {
        var reply = await _client.Events.PublishAsync(new CloudEvent
        {
            Id = $"e-{Interlocked.Increment(ref _events)}",
            Source = "/test",
            Type = type,
            Subject = order,
            Data = JsonSerializer.SerializeToElement(data),
        });
        reply.Accepted.ShouldBe(1);
    }
}
