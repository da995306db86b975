using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Milepost.Server.Sharing;

/// <summary>Links by which guests follow an order.</summary>
internal sealed class SharingOptions
{
    [Description("How many hours after an order has ended (delivered, cancelled, returned) its share links stop working.")]
    [Range(0, 168)]
    public int CloseHours { get; set; } = 2;
}
