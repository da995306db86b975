using System.Buffers.Text;

namespace Milepost.Core.Deliveries;

/// <summary>A suppression as the stores write it. Pure: all engines, and the model in memory, make their rows here.</summary>
public sealed record SuppressionRow(string Tenant, byte[] Hash, DeliveryChannel Channel, string Masked, SuppressionReason Reason, string? Detail, DateTimeOffset Since)
{
    public string Id => IdOf(Hash);

    public static string IdOf(ReadOnlySpan<byte> hash) => Base64Url.EncodeToString(hash);

    /// <summary>Null: no hash has this id.</summary>
    public static byte[]? HashOf(string id) => id.Length == 43 && Base64Url.IsValid(id) ? Base64Url.DecodeFromChars(id) : null;

    /// <summary>One row for each address, with the weightiest reason, in an order that all nodes share, so that they never wait for each other in a circle.</summary>
    public static IReadOnlyList<SuppressionRow> Of(AddressHash hash, IEnumerable<Suppression> suppressions) =>
    [
        .. suppressions.Select(item => Of(hash, item))
            .GroupBy(row => (row.Tenant, row.Id))
            .OrderBy(group => group.Key.Tenant, StringComparer.Ordinal).ThenBy(group => group.Key.Id, StringComparer.Ordinal)
            .Select(group => group.MaxBy(row => row.Reason)! with { Since = group.Min(row => row.Since) }),
    ];

    private static SuppressionRow Of(AddressHash hash, Suppression item) => new(
        item.Target.Tenant, hash.Of(item.Target.Tenant, item.Target.Channel, item.Target.Address), item.Target.Channel,
        AddressMask.Address(AddressHash.Normalise(item.Target.Channel, item.Target.Address)), item.Reason, item.Detail is null ? null : AddressMask.Text(item.Detail), item.Since);
}
