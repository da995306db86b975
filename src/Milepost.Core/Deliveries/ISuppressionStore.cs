namespace Milepost.Core.Deliveries;

/// <summary>Why nothing is sent to an address any more. The numbers are stored; the greater weighs more and is kept.</summary>
public enum SuppressionReason
{
    /// <summary>The address does not exist (any more), or a mail to it came back for good.</summary>
    HardBounce = 0,

    /// <summary>Somebody of the tenant has said so.</summary>
    Manual = 1,

    /// <summary>The receiver has called our mail unwanted.</summary>
    Complaint = 2,
}

/// <summary>The reasons' names on the wire.</summary>
public static class SuppressionReasonNames
{
    private static readonly string[] Names = ["hard_bounce", "manual", "complaint"];

    public static string Wire(this SuppressionReason reason) => Names[(int)reason];
}

/// <summary>An address of a tenant on one channel.</summary>
public readonly record struct ChannelAddress(string Tenant, DeliveryChannel Channel, string Address);

/// <summary>An address that shall not be sent to. The address itself is not kept.</summary>
/// <param name="Target">Whose, on which channel.</param>
/// <param name="Reason">Why.</param>
/// <param name="Detail">What was said, for people; masked before it is kept. At most 500 characters.</param>
/// <param name="Since">From when on.</param>
public sealed record Suppression(ChannelAddress Target, SuppressionReason Reason, string? Detail, DateTimeOffset Since);

/// <summary>A suppressed address as it is kept.</summary>
/// <param name="Id">Names it within the tenant; says nothing of the address.</param>
/// <param name="Channel">The channel.</param>
/// <param name="Masked">The address for those who know it (<see cref="AddressMask"/>).</param>
/// <param name="Reason">The weightiest reason that was given.</param>
/// <param name="Detail">What was said with it.</param>
/// <param name="Since">When the first reason was given.</param>
/// <param name="Place">Its place in the list.</param>
public sealed record SuppressedAddress(string Id, DeliveryChannel Channel, string Masked, SuppressionReason Reason, string? Detail, DateTimeOffset Since, long Place);

/// <summary>
/// Keeps to which addresses nothing is sent: as a hash (<see cref="AddressHash"/>) and a masked text, so that a customer who was erased leaves
/// no address here.
/// </summary>
/// <exception cref="Recording.StoreUnavailableException">Every method: it was not done, or it is not known whether it was. All may be repeated.</exception>
public interface ISuppressionStore
{
    /// <summary>For each address, in the order asked, what is known of it; null: it may be sent to.</summary>
    Task<IReadOnlyList<SuppressedAddress?>> FindAsync(IReadOnlyList<ChannelAddress> addresses, CancellationToken cancellationToken);

    /// <summary>Adds what is new; a weightier reason takes the place of a lighter one. Answers how many addresses were not suppressed before.</summary>
    Task<int> AddAsync(IReadOnlyList<Suppression> suppressions, CancellationToken cancellationToken);

    /// <summary>The address may be sent to again. False: there is no such id.</summary>
    Task<bool> RemoveAsync(string tenant, string id, CancellationToken cancellationToken);

    /// <summary>A tenant's, newest first, from behind <paramref name="before"/> on.</summary>
    Task<IReadOnlyList<SuppressedAddress>> ListAsync(string tenant, long? before, int limit, CancellationToken cancellationToken);
}
