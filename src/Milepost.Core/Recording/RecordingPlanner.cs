using System.Text.Json;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Core.Erasure;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Preferences;
using Milepost.Core.Silence;
using Milepost.Core.Streams;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Recording;

/// <summary>
/// Decides what a batch of events changes. Pure: the context says what is, the answer says what shall be.
/// 1. Events known already, or twice in the batch, are duplicates.
/// 2. Whoever is erased in this batch is so for all of it: nothing personal of them is written, whenever it is said to have happened.
/// 3. The rest is taken in the order of time, so that only an event older than what is recorded is late.
/// 4. Each order event moves its order and becomes one entry of the order's stream.
/// 5. What the customer should know becomes a notification, a count and one entry of the customer's stream.
/// 6. What should also reach the customer outside becomes a delivery for each channel with an address.
/// 7. Each order gets a time at which its silence is looked into.
/// </summary>
internal sealed class RecordingPlanner
{
    private readonly RecordingContext _context;
    private readonly NotificationTools _tools;
    private readonly DateTimeOffset _now;
    private readonly RecordingPlan _plan;
    private readonly Dictionary<TenantKey, List<RecordedEvent>> _histories = [];
    private readonly List<(int Index, int First)> _repeats = [];

    private RecordingPlanner(RecordingContext context, NotificationTools tools, int count, DateTimeOffset now)
    {
        _context = context;
        _tools = tools;
        _now = now;
        _plan = new RecordingPlan { Outcomes = new RecordOutcome[count], KnownCustomers = context.Customers };
    }

    public static RecordingPlan Plan(RecordingContext context, NotificationTools tools, IReadOnlyList<RecordedEvent> events, DateTimeOffset now)
    {
        var planner = new RecordingPlanner(context, tools, events.Count, now);
        foreach (var index in planner.NewOnes(events))
        {
            planner._plan.Outcomes[index] = planner.Apply(events[index]);
        }

        foreach (var (index, first) in planner._repeats)
        {
            // Where the first one is refused nothing is recorded: calling its repeat a duplicate would say that it is.
            planner._plan.Outcomes[index] = planner._plan.Outcomes[first] is RecordOutcome.Rejected refused ? refused : RecordOutcome.Duplicate.Instance;
        }

        foreach (var (key, order) in planner._plan.Orders)
        {
            // As if the driver had been seen just now; when it is due it is looked up when that was.
            if (SilenceRules.NextCheckAt(order, lastFixAt: now, tools.Tenants.Of(key.Tenant).Tracking.Silence, now) is { } at)
            {
                planner._plan.Watches[key] = at;
            }
        }

        return planner._plan;
    }

    private int[] NewOnes(IReadOnlyList<RecordedEvent> events)
    {
        var seen = new Dictionary<EventIdentity, int>();
        var fresh = new List<int>(events.Count);
        for (var index = 0; index < events.Count; index++)
        {
            var identity = events[index].Identity();
            if (_context.Known.Contains(identity))
            {
                _plan.Outcomes[index] = RecordOutcome.Duplicate.Instance;
            }
            else if (seen.TryAdd(identity, index))
            {
                fresh.Add(index);
            }
            else
            {
                _repeats.Add((index, seen[identity]));
            }
        }

        return [.. fresh.OrderBy(index => events[index].Type == EventTypes.CustomerErased ? 0 : 1).ThenBy(index => events[index].Key())];
    }

    private RecordOutcome Apply(RecordedEvent recorded)
    {
        if (EventTypes.IsOfCustomer(recorded.Type))
        {
            ApplyToCustomer(recorded);
            return RecordOutcome.Accepted.Instance;
        }

        var key = new TenantKey(recorded.Tenant, recorded.Subject);
        var before = _plan.Orders.GetValueOrDefault(key) ?? _context.Orders.GetValueOrDefault(key);
        if (before is { EventCount: >= OrderHistory.MaxEvents })
        {
            return new RecordOutcome.Rejected(ErrorCode.OrderEventLimit, "subject", $"Order {recorded.Subject} has {OrderHistory.MaxEvents} events already.");
        }

        recorded = WithoutErased(recorded, before?.CustomerId, recorded.Customer?.Id);
        _plan.Events.Add(recorded);
        var (after, moved) = Move(key, before, recorded);
        var isErased = IsErased(key.Tenant, after.CustomerId);
        if (isErased)
        {
            after = PersonalData.Without(after);
            if (before is not null && before.CustomerId != after.CustomerId)
            {
                _plan.FoundErased[key] = after.CustomerId!;
            }
        }

        _plan.Orders[key] = after;
        Append(StreamName.Order(key.Tenant, key.Id), FrameType(recorded), recorded.Id, JsonSerializer.SerializeToUtf8Bytes(after.ToChanged(OrderHistory.Entry(recorded, moved)), ProtocolJson.Default.OrderChanged));

        if (recorded.Customer is not null)
        {
            Learn(recorded, recorded.Customer);
        }

        if (after.CustomerId is { } customerId && !isErased && NotificationRules.For(before, after, recorded) is { } rule)
        {
            Notify(key.Tenant, customerId, new NotificationCause(NotificationTypes.Find(rule.Type)!, recorded, after, NotificationRules.Beside.Contains(rule) ? null : after.Status));
        }

        return RecordOutcome.Accepted.Instance;
    }

    private void ApplyToCustomer(RecordedEvent recorded)
    {
        var key = new TenantKey(recorded.Tenant, recorded.Subject);
        recorded = WithoutErased(recorded, recorded.Subject);
        _plan.Events.Add(recorded);
        if (recorded.Type == EventTypes.CustomerErased)
        {
            Erase(key, recorded);
        }
        else if (IsErased(key.Tenant, key.Id))
        {
            // What was asked for or told is known to have been, and nothing follows from it.
        }
        else if (recorded is { Type: EventTypes.NotificationRequested, Message: { } request })
        {
            Request(recorded, request);
        }
        else
        {
            UpdateCustomer(recorded);
        }
    }

    private void Erase(TenantKey key, RecordedEvent erased)
    {
        _plan.Customers[key] = PersonalData.Without(Find(key) ?? CustomerWrite.Unknown(key.Tenant, key.Id), _now);
        if (_plan.Erased.ContainsKey(key))
        {
            return;
        }

        // The offset in between is never written. To whoever has everything up to here it is a gap, and the answer to a gap is a reset: that is how
        // open connections hear that what they show is gone.
        var stream = StreamName.Customer(key.Tenant, key.Id);
        _plan.Heads[stream] = Head(stream).Next(erased.Id);
        _plan.Inboxes[key] = default;
        Append(stream, FrameTypes.UnreadChanged, erased.Id, JsonSerializer.SerializeToUtf8Bytes(new UnreadChanged(0, 0, _now), ProtocolJson.Default.UnreadChanged));
        _plan.Erased[key] = _plan.Entries[^1];
    }

    private RecordedEvent WithoutErased(RecordedEvent recorded, params ReadOnlySpan<string?> customerIds)
    {
        foreach (var customerId in customerIds)
        {
            recorded = IsErased(recorded.Tenant, customerId) ? PersonalData.Without(recorded, customerId!) : recorded;
        }

        return recorded;
    }

    private bool IsErased(string tenant, string? customerId) => customerId is not null && Find(new TenantKey(tenant, customerId))?.ErasedAt is not null;

    private (Order Order, bool Moved) Move(TenantKey key, Order? before, RecordedEvent recorded)
    {
        // Where a late event made us load the whole history, it is kept complete for further late ones in the same batch.
        if (_context.Histories.TryGetValue(key, out var loaded))
        {
            if (!_histories.TryGetValue(key, out var history))
            {
                _histories[key] = history = [.. loaded];
            }

            history.Add(recorded);
            if (before is not null && recorded.Key() < before.Last)
            {
                var (replayed, timeline) = OrderHistory.Replay(history);
                return (replayed, timeline.First(entry => entry.EventId == recorded.Id && entry.Source == recorded.Source).Moved);
            }
        }

        return OrderHistory.Step(before, recorded);
    }

    private static string FrameType(RecordedEvent recorded) => recorded switch
    {
        { Status: not null } => FrameTypes.OrderStatusChanged,
        { Eta: not null } => FrameTypes.OrderEtaUpdated,
        _ => FrameTypes.OrderUpdated,
    };

    private void Notify(string tenant, string customerId, NotificationCause cause)
    {
        var stream = StreamName.Customer(tenant, customerId);
        var key = new TenantKey(tenant, customerId);
        var (notification, deliveries, verdicts) = NotificationPlanner.Plan(tenant, customerId, Find(key), cause, Head(stream).Offset + 1, _tools, _now);
        var before = _plan.Inboxes.TryGetValue(key, out var planned) ? planned : _context.Inboxes.GetValueOrDefault(key);
        var inbox = notification.ArchivedAt is null ? before.Added() : before;
        _plan.Inboxes[key] = inbox;
        _plan.Notifications.Add(new AddressedNotification(tenant, customerId, notification, verdicts));
        _plan.Deliveries.AddRange(deliveries);
        Append(stream, FrameTypes.NotificationNew, notification.Id, JsonSerializer.SerializeToUtf8Bytes(new NotificationNew(notification, inbox.Unread, inbox.Total), ProtocolJson.Default.NotificationNew));
    }

    private void Request(RecordedEvent requested, MessageRequest request)
    {
        if (request.SendAt > _now)
        {
            _plan.Deliveries.Add(NotificationPlanner.Later(requested, JsonSerializer.SerializeToElement(requested, CoreJson.Default.RecordedEvent), _now));
            return;
        }

        var type = NotificationTypes.Of(request.Type, request.Category, request.Priority) with { Category = request.Category, Priority = request.Priority };
        Notify(requested.Tenant, requested.Subject, new NotificationCause(type, requested, null, Tells: null, request));
    }

    private void UpdateCustomer(RecordedEvent recorded)
    {
        var key = new TenantKey(recorded.Tenant, recorded.Subject);
        var before = Find(key)?.Profile;
        Learn(recorded, recorded.Customer ?? new CustomerProfile { Id = recorded.Subject });
        var after = Find(key)!.Profile;
        if (before is not null && ((before.Email is not null && before.Email != after.Email) || (before.Phone is not null && before.Phone != after.Phone)))
        {
            // Goes to the address that was, for it may have been somebody else's doing.
            var now = _plan.Customers[key];
            _plan.Customers[key] = now with { Profile = before };
            Notify(key.Tenant, key.Id, new NotificationCause(NotificationTypes.Find(NotificationRules.ContactChanged.Type)!, recorded, null, Tells: null));
            _plan.Customers[key] = now;
        }
    }

    private void Learn(RecordedEvent recorded, CustomerProfile told)
    {
        var key = new TenantKey(recorded.Tenant, told.Id);
        var customer = Find(key) ?? CustomerWrite.Unknown(recorded.Tenant, told.Id);
        if (customer.ErasedAt is not null)
        {
            return;
        }

        var known = customer.Profile;
        var newer = customer.ProfileKey is not { } last || recorded.Key() > last;
        var (first, second) = newer ? (told, known) : (known, told);
        _plan.Customers[key] = customer with
        {
            Profile = known with
            {
                Name = first.Name ?? second.Name,
                Email = first.Email ?? second.Email,
                Phone = first.Phone ?? second.Phone,
                Locale = first.Locale ?? second.Locale,
                TimeZone = first.TimeZone ?? second.TimeZone,
            },
            ProfileKey = newer ? recorded.Key() : customer.ProfileKey,
        };
    }

    private Customer? Find(TenantKey key) => _plan.Customers.GetValueOrDefault(key) ?? _context.Customers.GetValueOrDefault(key);

    private StreamHead Head(StreamName stream) => _plan.Heads.TryGetValue(stream, out var planned) ? planned : _context.Heads.GetValueOrDefault(stream);

    private void Append(StreamName stream, string type, string id, byte[] data)
    {
        var head = Head(stream).Next(id);
        _plan.Heads[stream] = head;
        _plan.Entries.Add(new StreamEntry { Stream = stream, Offset = head.Offset, Check = head.Check, Type = type, Id = id, Time = _now, Data = data });
    }
}
