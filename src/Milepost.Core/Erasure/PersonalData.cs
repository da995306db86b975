using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;

namespace Milepost.Core.Erasure;

/// <summary>
/// What goes and what stays when a customer is erased. Pure, and doing it twice changes nothing. Ids stay: an event's, so that a repeat is one; the
/// customer's, which is the tenant's own key. What was ordered, when, and what became of it stays too. Free text goes, for nobody knows what it says.
/// </summary>
public static class PersonalData
{
    // In the data of entries, at any depth: so that fields and entry types that come later are held to it as well.
    private static readonly string[] EntryFields = ["note", "reason", "destination", "pickup", "address", "email", "phone", "customer", "proof", "rating"];

    /// <summary>A customer of whom nothing but the id is known, and nothing will be.</summary>
    public static Customer Without(Customer customer, DateTimeOffset now) => CustomerWrite.Unknown(customer.Tenant, customer.Profile.Id) with { ErasedAt = customer.ErasedAt ?? now };

    /// <summary>An event of the customer, of one of the customer's orders, or one that names the customer. The profile of somebody else stays.</summary>
    public static RecordedEvent Without(RecordedEvent recorded, string customerId) => recorded with
    {
        Customer = recorded.Customer is { } told && (told.Id == customerId) ? new CustomerProfile { Id = told.Id } : recorded.Customer,
        Note = null,
        Destination = null,
        Pickup = null,
        Eta = recorded.Eta is { } eta ? eta with { Reason = null } : null,
        Proof = null,
        Rating = null,
        Message = recorded.Message is { } message ? message with { Title = null, Body = null, Data = null, CollapseKey = null } : null,
    };

    /// <summary>The order that <see cref="OrderHistory"/> makes of such events.</summary>
    public static Order Without(Order order) => order with
    {
        Destination = null,
        Pickup = null,
        Proof = null,
        Rating = null,
        Eta = order.Eta is { } eta ? eta with { Reason = null } : null,
    };

    /// <summary>A delivery: where to and what it said goes; what it was and what became of it stays.</summary>
    public static Delivery Without(Delivery delivery) => delivery with { Address = "", Title = "", Body = "", Note = null, Data = null, Topic = null };

    /// <summary>The data of an order's entry.</summary>
    /// <returns>The same array where there was nothing to remove.</returns>
    public static byte[] WithoutEntryFields(byte[] data)
    {
        var root = JsonNode.Parse(data)!;
        return Remove(root) ? JsonSerializer.SerializeToUtf8Bytes(root, CoreJson.Default.JsonNode) : data;
    }

    private static bool Remove(JsonNode? node)
    {
        var removed = false;
        switch (node)
        {
            case JsonObject fields:
                foreach (var name in EntryFields)
                {
                    removed |= fields.Remove(name);
                }

                foreach (var (_, value) in fields)
                {
                    removed |= Remove(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    removed |= Remove(item);
                }

                break;
            default:
                break;
        }

        return removed;
    }
}
