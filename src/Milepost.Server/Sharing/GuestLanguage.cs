using Milepost.Core.Customers;
using Milepost.Core.Orders;
using Milepost.Core.Tenants;

namespace Milepost.Server.Sharing;

/// <summary>In which language a guest is told of an order.</summary>
internal sealed class GuestLanguage(ICustomerStore customers, ITenantCatalog tenants)
{
    /// <summary>
    /// The customer's choice, what the shop told of the customer, what the reader's browser asks for, the tenant's, English: the first that the page speaks. Not the
    /// customer's tag itself, which is nobody else's business.
    /// </summary>
    /// <exception cref="Core.Recording.StoreUnavailableException">It is not known.</exception>
    public async Task<string> OfAsync(Order order, HttpRequest request, CancellationToken cancellationToken)
    {
        var customer = order.CustomerId is { } id ? await customers.FindAsync(order.Tenant, id, cancellationToken) : null;
        return GuestWords.All.Choose(customer, request, tenants.Of(order.Tenant));
    }
}
