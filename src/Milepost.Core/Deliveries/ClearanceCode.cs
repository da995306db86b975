namespace Milepost.Core.Deliveries;

/// <summary>Why a delivery is held or stopped. Stable: they are stored, shown and counted.</summary>
public static class ClearanceCode
{
    /// <summary>A device of the customer has it already.</summary>
    public const string Acknowledged = "acknowledged";

    /// <summary>The order has moved on, and a newer message tells of it.</summary>
    public const string Superseded = "superseded";

    /// <summary>A newer message tells of it together with others.</summary>
    public const string InDigest = "in_digest";

    /// <summary>An older message about the same is being sent.</summary>
    public const string InOrder = "in_order";

    /// <summary>The customer does not want it.</summary>
    public const string Preference = "preference";

    /// <summary>The customer's quiet hours.</summary>
    public const string QuietHours = "quiet_hours";

    /// <summary>It would come too late to be of use.</summary>
    public const string Useless = "useless";

    /// <summary>Mail to this address comes back, or its owner complained.</summary>
    public const string AddressSuppressed = "address_suppressed";

    /// <summary>The customer has no such address or device any more.</summary>
    public const string NoAddress = "no_address";

    /// <summary>The customer's data was removed.</summary>
    public const string Erased = "erased";

    /// <summary>More than the limits allow.</summary>
    public const string Limit = "limit";

    /// <summary>The SMS budget is used up.</summary>
    public const string Budget = "budget";

    /// <summary>No provider of the channel can be used at the moment.</summary>
    public const string ProviderDown = "provider_down";

    /// <summary>Somebody has called it off.</summary>
    public const string CalledOff = "called_off";
}
