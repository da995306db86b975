using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Milepost.Protocol.Access;
using Milepost.Protocol.Customers;
using Milepost.Protocol.Deliveries;
using Milepost.Protocol.Devices;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Streams;

namespace Milepost.Protocol;

/// <summary>How every message of the protocol is written: camel case, absent instead of null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(Rfc3339JsonConverter)])]
[JsonSerializable(typeof(CloudEvent))]
[JsonSerializable(typeof(IReadOnlyList<CloudEvent>))]
[JsonSerializable(typeof(RecordReply))]
[JsonSerializable(typeof(OrderPage))]
[JsonSerializable(typeof(OrderDetails))]
[JsonSerializable(typeof(OrderTracking))]
[JsonSerializable(typeof(OrderChanged))]
[JsonSerializable(typeof(NotificationPage))]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(NotificationNew))]
[JsonSerializable(typeof(NotificationUpdated))]
[JsonSerializable(typeof(UnreadChanged))]
[JsonSerializable(typeof(InboxCounts))]
[JsonSerializable(typeof(OutboxPage))]
[JsonSerializable(typeof(NotificationPreferences))]
[JsonSerializable(typeof(PreferencesView))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(PushSubscriptionRequest))]
[JsonSerializable(typeof(PushSubscriptionName))]
[JsonSerializable(typeof(DeviceRequest))]
[JsonSerializable(typeof(DeviceView))]
[JsonSerializable(typeof(DevicePage))]
[JsonSerializable(typeof(CustomerExport))]
[JsonSerializable(typeof(ServerFrame))]
[JsonSerializable(typeof(ClientFrame))]
[JsonSerializable(typeof(PollReply))]
[JsonSerializable(typeof(TicketReply))]
[JsonSerializable(typeof(RevocationRequest))]
[JsonSerializable(typeof(RevocationView))]
[JsonSerializable(typeof(RevocationPage))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ProtocolJson : JsonSerializerContext;
