using System.Text;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;

namespace Milepost.Storage.Tests.Erasure;

/// <summary>The ports of one store that have something of a customer, and a look at everything that it has.</summary>
/// <param name="Stores">Orders, inboxes and streams.</param>
/// <param name="Customers">The customers.</param>
/// <param name="Queue">The deliveries.</param>
/// <param name="Outbox">What was sent.</param>
/// <param name="DumpAsync">Every column of every row of every table.</param>
internal sealed record ErasureStores(Stores Stores, ICustomerStore Customers, IDeliveryQueue Queue, IOutbox Outbox, Func<Task<string>> DumpAsync)
{
    /// <summary>A row as text; bytes as the UTF-8 that they are.</summary>
    public static void Append(StringBuilder dump, params IEnumerable<object> values) =>
        dump.AppendJoin('|', values.Select(value => value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value.ToString())).Append('\n');
}
