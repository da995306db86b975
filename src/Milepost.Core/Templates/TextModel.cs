using System.Text.Json;
using Milepost.Core.Orders;
using Milepost.Core.Tenants;

namespace Milepost.Core.Templates;

/// <summary>What the words of a notification may speak of. Nothing but <see cref="Now"/> must be known.</summary>
public sealed record TextModel
{
    /// <summary>The order as it stands.</summary>
    public Order? Order { get; init; }

    /// <summary>The customer's name.</summary>
    public string? CustomerName { get; init; }

    public TenantBrand Brand { get; init; } = new();

    /// <summary>What the shop wrote for the customer with the event.</summary>
    public string? Note { get; init; }

    /// <summary>When the event happened.</summary>
    public DateTimeOffset? EventTime { get; init; }

    /// <summary>Where the message leads.</summary>
    public string? Link { get; init; }

    /// <summary>Where one ends messages of this kind. Null for what cannot be ended.</summary>
    public string? UnsubscribeLink { get; init; }

    /// <summary>What a digest tells, oldest first.</summary>
    public IReadOnlyList<DigestItem> Digest { get; init; } = [];

    /// <summary>The caller's own object, for notifications that no event caused. Anything but an object counts as none.</summary>
    public JsonElement? Data { get; init; }

    /// <summary>The customer's IANA zone. Null or unknown: UTC.</summary>
    public string? TimeZone { get; init; }

    public required DateTimeOffset Now { get; init; }
}

/// <summary>One line of a digest.</summary>
public sealed record DigestItem(string Title, string Text, DateTimeOffset Time);
