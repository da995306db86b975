using Milepost.Core.Customers;
using Milepost.Core.Recording;
using Milepost.Core.Tenants;
using Milepost.Server.Api;
using Milepost.Server.Templates;

namespace Milepost.Server.Unsubscribe;

/// <summary>In which language somebody reads the page behind a link.</summary>
internal sealed class UnsubscribeLanguage(ICustomerStore customers, ITenantCatalog tenants, BuiltInTexts texts)
{
    /// <param name="target">Whose link it is; null: nobody's, then the browser alone says.</param>
    /// <param name="request">Tells what the reader's browser asks for.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<UnsubscribeWords> OfAsync(UnsubscribeTarget? target, HttpRequest request, CancellationToken cancellationToken) => new(texts, target is null
        ? UnsubscribeWords.All.Choose(PageWords.Asked(request))
        : UnsubscribeWords.All.Choose(await FindAsync(target, cancellationToken), request, tenants.Of(target.Tenant)));

    // What was ended is ended: that the language cannot be looked up must not make a mail program believe that it was not.
    private async Task<Customer?> FindAsync(UnsubscribeTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return await customers.FindAsync(target.Tenant, target.CustomerId, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }
}
