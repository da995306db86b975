using System.Text.Json;
using Milepost.Core.Customers;
using Milepost.Core.Erasure;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Tests;

/// <summary>
/// The ports of the core kept in lists: what the databases must do, said in the plainest way. The conformance tests run against it as they run
/// against a database, and compare databases with it.
/// </summary>
internal sealed class MemoryStore : IOrderStore, INotificationStore, IStreamLog, ICustomerStore
{
    private readonly Lock _gate = new();
    private readonly List<RecordedEvent> _events = [];
    private readonly List<TenantKey> _places = [];
    private readonly Dictionary<TenantKey, Order> _orders = [];
    private readonly Dictionary<TenantKey, Customer> _customers = [];
    private readonly Dictionary<TenantKey, InboxState> _inboxes = [];
    private readonly List<(TenantKey Customer, long Place, Notification Notification)> _notifications = [];
    private readonly Dictionary<StreamName, List<StreamEntry>> _streams = [];
    private readonly Dictionary<StreamName, long> _first = [];
    private readonly Dictionary<StreamName, long> _acknowledged = [];

    public const long Epoch = 4711;

    public MemoryDeliveryQueue Deliveries { get; } = new();

    /// <summary>All that is kept, a row each; UTF-8 as bytes.</summary>
    public IEnumerable<object[]> Everything()
    {
        lock (_gate)
        {
            return
            [
                .. _events.Select(recorded => (object[])[JsonSerializer.SerializeToUtf8Bytes(recorded, CoreJson.Default.RecordedEvent)]),
                .. _orders.Values.Select(order => (object[])[JsonSerializer.SerializeToUtf8Bytes(order, CoreJson.Default.Order)]),
                .. _customers.Values.Select(customer => (object[])[JsonSerializer.SerializeToUtf8Bytes(customer, CoreJson.Default.Customer)]),
                .. _notifications.Select(stored => (object[])[stored.Customer, stored.Notification.ToString()]),
                .. _streams.Values.SelectMany(entries => entries).Select(entry => (object[])[entry.Stream, entry.Offset, entry.Data]),
                .. Deliveries.Everything(),
            ];
        }
    }

    public Task<RecordingPlan> RecordAsync(IReadOnlyList<RecordedEvent> events, Func<RecordingContext, RecordingPlan> plan, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var decided = plan(Load(events));
            Save(decided);
            return Task.FromResult(decided);
        }
    }

    public Task<Order?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_orders.GetValueOrDefault(new TenantKey(tenant, orderId)));
        }
    }

    public Task<OrderSnapshot?> SnapshotAsync(string tenant, string orderId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_orders.TryGetValue(new TenantKey(tenant, orderId), out var order)
                ? new OrderSnapshot(order, History(tenant, orderId), Epoch, Head(StreamName.Order(tenant, orderId)))
                : null);
        }
    }

    public Task<IReadOnlyList<ListedOrder>> ListAsync(OrderQuery query, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<ListedOrder>>([.. _places.Select((key, index) => new ListedOrder(_orders[key], index + 1)).Reverse()
                .Where(listed => listed.Order.Tenant == query.Tenant
                    && (query.CustomerId is null || listed.Order.CustomerId == query.CustomerId)
                    && (query.Status.Count == 0 || query.Status.Contains(listed.Order.ShownStatus()))
                    && (query.Active is null || listed.Order.IsActive() == query.Active) && (query.Exceptions is OrderExceptions.None || (listed.Order.Exceptions() & query.Exceptions) is not OrderExceptions.None)
                    && (query.Before is null || listed.Place < query.Before))
                .Take(query.Limit)]);
        }
    }

    public Task<NotificationSnapshot> ListAsync(NotificationQuery query, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var key = new TenantKey(query.Tenant, query.CustomerId);
            var items = _notifications.Where(stored => stored.Customer == key
                    && (stored.Notification.ArchivedAt is not null) == query.Archived
                    && (query.Unread is null || (stored.Notification.ReadAt is null) == query.Unread)
                    && (query.Category is null || stored.Notification.Category == query.Category)
                    && (query.Before is null || stored.Place < query.Before)
                    && (query.After is null || stored.Place > query.After))
                .OrderByDescending(stored => stored.Place).Take(query.Limit).Select(stored => new ListedNotification(stored.Notification, stored.Place));
            return Task.FromResult(new NotificationSnapshot([.. items], InboxOf(key), Epoch, Head(StreamName.Customer(query.Tenant, query.CustomerId))));
        }
    }

    public Task<InboxChanged?> ChangeAsync(string tenant, string customerId, string notificationId, InboxChange change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var key = new TenantKey(tenant, customerId);
            var index = _notifications.FindIndex(stored => stored.Customer == key && stored.Notification.Id == notificationId);
            if (index < 0)
            {
                return Task.FromResult<InboxChanged?>(null);
            }

            var stream = StreamName.Customer(tenant, customerId);
            var (after, inbox, entry) = Inbox.Change(stream, Head(stream), _notifications[index].Notification, InboxOf(key), change, now);
            _notifications[index] = _notifications[index] with { Notification = after };
            return Task.FromResult<InboxChanged?>(Changed(key, inbox, entry));
        }
    }

    public Task<InboxChanged> ReadAllAsync(string tenant, string customerId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var key = new TenantKey(tenant, customerId);
            var stream = StreamName.Customer(tenant, customerId);
            var (inbox, entry) = Inbox.ReadAll(stream, Head(stream), InboxOf(key), now);
            for (var index = 0; index < _notifications.Count; index++)
            {
                if (_notifications[index].Customer == key && _notifications[index].Notification is { ReadAt: null, ArchivedAt: null } unread)
                {
                    _notifications[index] = _notifications[index] with { Notification = unread with { ReadAt = now } };
                }
            }

            return Task.FromResult(Changed(key, inbox, entry));
        }
    }

    Task<Customer?> ICustomerStore.FindAsync(string tenant, string customerId, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_customers.GetValueOrDefault(new TenantKey(tenant, customerId)));
        }
    }

    public Task<TChange> ChangeAsync<TChange>(string tenant, string customerId, Func<CustomerState, TChange> decide, CancellationToken cancellationToken)
        where TChange : CustomerChange
    {
        lock (_gate)
        {
            var key = new TenantKey(tenant, customerId);
            var stream = StreamName.Customer(tenant, customerId);
            var before = _customers.GetValueOrDefault(key) ?? CustomerWrite.Unknown(tenant, customerId);
            var change = decide(new CustomerState(before, stream, Head(stream)));
            if (change.Customer is { } after)
            {
                CustomerWrite.Lost(before, after);
                _customers[key] = after;
            }

            foreach (var entry in change.Entries)
            {
                Append(entry);
            }

            return Task.FromResult(change);
        }
    }

    public Task<DeviceClaim?> ClaimDeviceAsync(string tenant, string customerId, Device device, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var claimer = _customers.GetValueOrDefault(new TenantKey(tenant, customerId)) ?? CustomerWrite.Unknown(tenant, customerId);
            if (claimer.ErasedAt is not null)
            {
                return Task.FromResult<DeviceClaim?>(null);
            }

            var holder = _customers.Values.SingleOrDefault(other =>
                other.Tenant == tenant && other.Profile.Id != customerId && DeviceList.AddressKeys(other).Contains(DeviceList.AddressKey(device)));
            var move = DeviceList.Move(claimer, holder, device);
            foreach (var customer in (Customer?[])[move.Claimer, move.Holder])
            {
                if (customer is not null)
                {
                    _customers[new TenantKey(tenant, customer.Profile.Id)] = customer;
                }
            }

            return Task.FromResult<DeviceClaim?>(move.Claim);
        }
    }

    public ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var check = _streams.GetValueOrDefault(stream)?.Find(entry => entry.Offset == offset)?.Check;
            return ValueTask.FromResult(new StreamLocation(Epoch, _first.GetValueOrDefault(stream, 1), Head(stream), check));
        }
    }

    public ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyDictionary<StreamName, long>>(
                streams.Distinct().Where(_streams.ContainsKey).ToDictionary(stream => stream, stream => Head(stream).Offset));
        }
    }

    public ValueTask<IReadOnlyList<StreamEntry>> ReadAsync(StreamName stream, long after, int limit, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<StreamEntry>>([.. (_streams.GetValueOrDefault(stream) ?? []).Where(entry => entry.Offset > after).Take(limit)]);
        }
    }

    public ValueTask AcknowledgeAsync(IReadOnlyCollection<KeyValuePair<StreamName, long>> positions, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var (stream, offset) in positions)
            {
                _acknowledged[stream] = Math.Max(_acknowledged.GetValueOrDefault(stream), Math.Min(offset, Head(stream).Offset));
            }

            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<long> AcknowledgedAsync(StreamName stream, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(_acknowledged.GetValueOrDefault(stream));
        }
    }

    private RecordingContext Load(IReadOnlyList<RecordedEvent> events)
    {
        var context = new RecordingContext();
        foreach (var recorded in events)
        {
            if (_events.Exists(known => known.Identity() == recorded.Identity()))
            {
                context.Known.Add(recorded.Identity());
            }

            var isOrder = !EventTypes.IsOfCustomer(recorded.Type);
            if (isOrder && _orders.TryGetValue(new TenantKey(recorded.Tenant, recorded.Subject), out var order))
            {
                var key = new TenantKey(order.Tenant, order.Id);
                context.Orders[key] = order;
                context.Histories[key] = History(order.Tenant, order.Id);
                context.Heads[StreamName.Order(order.Tenant, order.Id)] = Head(StreamName.Order(order.Tenant, order.Id));
                LoadCustomer(context, order.Tenant, order.CustomerId);
            }

            LoadCustomer(context, recorded.Tenant, recorded.Customer?.Id ?? (isOrder ? null : recorded.Subject));
        }

        return context;
    }

    private void LoadCustomer(RecordingContext context, string tenant, string? id)
    {
        if (id is not null && _customers.TryGetValue(new TenantKey(tenant, id), out var customer))
        {
            context.Customers[new TenantKey(tenant, id)] = customer;
        }

        if (id is not null)
        {
            context.Inboxes[new TenantKey(tenant, id)] = InboxOf(new TenantKey(tenant, id));
            context.Heads[StreamName.Customer(tenant, id)] = Head(StreamName.Customer(tenant, id));
        }
    }

    private void Save(RecordingPlan plan)
    {
        _events.AddRange(plan.Events);
        foreach (var (key, order) in plan.Orders)
        {
            if (!_orders.ContainsKey(key))
            {
                _places.Add(key);
            }

            _orders[key] = order;
        }

        foreach (var (key, customer) in plan.Customers)
        {
            _customers[key] = customer;
        }

        foreach (var (key, inbox) in plan.Inboxes)
        {
            _inboxes[key] = inbox;
        }

        Deliveries.Insert(plan);
        plan.Entries.ForEach(entry => Append(entry, follows: !plan.Erased.ContainsValue(entry)));
        foreach (var (tenant, customer, notification, _) in plan.Notifications)
        {
            var place = plan.Entries.Single(entry => entry.Id == notification.Id).Offset;
            _notifications.Add((new TenantKey(tenant, customer), place, notification));
        }

        foreach (var (customer, firstKept) in plan.Erased)
        {
            Erase(customer, firstKept);
        }

        foreach (var (order, customerId) in plan.FoundErased)
        {
            EraseOrder(order, customerId);
        }
    }

    private void Erase(TenantKey customer, StreamEntry firstKept)
    {
        foreach (var order in _orders.Where(order => order.Key.Tenant == customer.Tenant
            && (order.Value.CustomerId == customer.Id || History(order.Key.Tenant, order.Key.Id).Exists(recorded => recorded.Customer?.Id == customer.Id))).Select(order => order.Key).ToList())
        {
            EraseOrder(order, customer.Id);
        }

        _events.FindAll(recorded => recorded.Tenant == customer.Tenant && EventTypes.IsOfCustomer(recorded.Type) && recorded.Subject == customer.Id)
            .ForEach(recorded => _events[_events.IndexOf(recorded)] = PersonalData.Without(recorded, customer.Id));
        _streams[firstKept.Stream].RemoveAll(entry => entry.Offset < firstKept.Offset);
        _first[firstKept.Stream] = firstKept.Offset;
        _notifications.RemoveAll(stored => stored.Customer == customer);
        Deliveries.Erase(customer, firstKept.Time);
    }

    private void EraseOrder(TenantKey key, string customerId)
    {
        var history = History(key.Tenant, key.Id);
        var erased = ErasedOrder.Of(history, new HashSet<string> { customerId });
        foreach (var (index, recorded) in erased.Events)
        {
            _events[_events.IndexOf(history[index])] = recorded;
        }

        _orders[key] = erased.Order;
        var stream = _streams[StreamName.Order(key.Tenant, key.Id)];
        for (var index = 0; index < stream.Count; index++)
        {
            stream[index] = erased.EntryIds?.Contains(stream[index].Id) == false ? stream[index] : stream[index] with { Data = PersonalData.WithoutEntryFields(stream[index].Data) };
        }
    }

    private InboxChanged Changed(TenantKey key, InboxState inbox, StreamEntry? entry)
    {
        if (entry is not null)
        {
            _inboxes[key] = inbox;
            Append(entry);
        }

        return new InboxChanged(inbox, entry);
    }

    private void Append(StreamEntry entry) => Append(entry, follows: true);

    private void Append(StreamEntry entry, bool follows)
    {
        if (entry.Offset != Head(entry.Stream).Offset + (follows ? 1 : 2))
        {
            throw new InvalidOperationException($"entry {entry.Offset} of {entry.Stream} does not follow {Head(entry.Stream).Offset}");
        }

        if (!_streams.TryGetValue(entry.Stream, out var entries))
        {
            _streams[entry.Stream] = entries = [];
        }

        entries.Add(entry);
    }

    private List<RecordedEvent> History(string tenant, string orderId) =>
        _events.FindAll(recorded => recorded.Tenant == tenant && recorded.Subject == orderId && !EventTypes.IsOfCustomer(recorded.Type));

    private InboxState InboxOf(TenantKey customer) => _inboxes.GetValueOrDefault(customer);

    private StreamHead Head(StreamName stream) => _streams.GetValueOrDefault(stream)?[^1] is { } last ? new StreamHead(last.Offset, last.Check) : default;
}
