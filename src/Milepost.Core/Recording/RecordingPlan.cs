using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Streams;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Recording;

/// <summary>What became of one event.</summary>
public abstract record RecordOutcome
{
    private RecordOutcome()
    {
    }

    /// <summary>New, and on disk.</summary>
    public sealed record Accepted : RecordOutcome
    {
        public static readonly Accepted Instance = new();
    }

    /// <summary>Known already; nothing changed.</summary>
    public sealed record Duplicate : RecordOutcome
    {
        public static readonly Duplicate Instance = new();
    }

    /// <summary>Not recorded, and why.</summary>
    public sealed record Rejected(ErrorCode Code, string? Field, string Detail) : RecordOutcome;
}

/// <summary>A notification with whose it is.</summary>
public sealed record AddressedNotification(string Tenant, string CustomerId, Notification Notification, IReadOnlyList<ChannelVerdict> Verdicts);

/// <summary>Everything that a batch changes, decided and ready to be written.</summary>
public sealed class RecordingPlan
{
    /// <summary>One outcome for each event, in the batch's order.</summary>
    public required RecordOutcome[] Outcomes { get; init; }

    /// <summary>The events that are new.</summary>
    public List<RecordedEvent> Events { get; } = [];

    public Dictionary<TenantKey, Order> Orders { get; } = [];

    /// <summary>When the silence watch is to look at which of those orders; the others need none.</summary>
    public Dictionary<TenantKey, DateTimeOffset> Watches { get; } = [];

    public Dictionary<TenantKey, Customer> Customers { get; } = [];

    /// <summary>The customers as they were, for those who only want to see what a plan would do.</summary>
    public IReadOnlyDictionary<TenantKey, Customer> KnownCustomers { get; init; } = new Dictionary<TenantKey, Customer>();

    public List<AddressedNotification> Notifications { get; } = [];

    /// <summary>What is to go out over other channels than the live one.</summary>
    public List<Delivery> Deliveries { get; } = [];

    /// <summary>New entries; within a stream in order of their offsets.</summary>
    public List<StreamEntry> Entries { get; } = [];

    public Dictionary<StreamName, StreamHead> Heads { get; } = [];

    /// <summary>
    /// The customers who are erased, each with the first entry that the stream keeps. When everything else of the plan is written, the store takes
    /// what is personal out of all that it has of them: see <see cref="Erasure.PersonalData"/>.
    /// </summary>
    public Dictionary<TenantKey, StreamEntry> Erased { get; } = [];

    /// <summary>Orders of which it is known only now that they are an erased customer's; what is stored of them is treated alike.</summary>
    public Dictionary<TenantKey, string> FoundErased { get; } = [];

    /// <summary>The counts behind the batch, for each customer who is told something.</summary>
    public Dictionary<TenantKey, InboxState> Inboxes { get; } = [];
}
