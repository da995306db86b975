using Milepost.Core.Orders;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Customers;

/// <summary>
/// A customer: what the events tell, and what the customer has chosen. Changed only behind the lock of the customer's stream row, by events and
/// by the customer alike, so that neither overwrites the other.
/// </summary>
public sealed record Customer
{
    public required string Tenant { get; init; }

    public required CustomerProfile Profile { get; init; }

    /// <summary>The place of the newest event that told the profile; older ones do not change it.</summary>
    public EventKey? ProfileKey { get; init; }

    /// <summary>The customer's own choices.</summary>
    public NotificationPreferences Preferences { get; init; } = new();

    /// <summary>Counts the changes of <see cref="Preferences"/>; 0: nothing was ever chosen.</summary>
    public long PreferencesVersion { get; init; }

    /// <summary>What pushes go to; at most <see cref="Device.MaxPerCustomer"/>.</summary>
    public IReadOnlyList<Device> Devices { get; init; } = [];

    /// <summary>Personal data was removed and must not come back.</summary>
    public DateTimeOffset? ErasedAt { get; init; }
}
