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
using Milepost.Protocol.Push;
using Milepost.Protocol.Sharing;
using Milepost.Protocol.Streams;
using Milepost.Protocol.Templates;
using Milepost.Protocol.Tenants;
using Milepost.Protocol.Tracking;

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
[JsonSerializable(typeof(ExceptionPage))]
[JsonSerializable(typeof(PromiseReportView))]
[JsonSerializable(typeof(EtaRevisionList))]
[JsonSerializable(typeof(OrderRating))]
[JsonSerializable(typeof(RatingRequest))]
[JsonSerializable(typeof(ShareRequest))]
[JsonSerializable(typeof(ShareCreated))]
[JsonSerializable(typeof(ShareList))]
[JsonSerializable(typeof(GuestTracking))]
[JsonSerializable(typeof(GuestLocation))]
[JsonSerializable(typeof(NotificationPage))]
[JsonSerializable(typeof(Notification))]
[JsonSerializable(typeof(NotificationNew))]
[JsonSerializable(typeof(NotificationUpdated))]
[JsonSerializable(typeof(UnreadChanged))]
[JsonSerializable(typeof(InboxCounts))]
[JsonSerializable(typeof(NotificationRequest))]
[JsonSerializable(typeof(NotificationRequestReply))]
[JsonSerializable(typeof(CalledOff))]
[JsonSerializable(typeof(OutboxPage))]
[JsonSerializable(typeof(DecisionPage))]
[JsonSerializable(typeof(DryRun))]
[JsonSerializable(typeof(DeliveryPage))]
[JsonSerializable(typeof(DeliveryView))]
[JsonSerializable(typeof(Redriven))]
[JsonSerializable(typeof(ProviderPage))]
[JsonSerializable(typeof(SuppressionRequest))]
[JsonSerializable(typeof(SuppressionView))]
[JsonSerializable(typeof(SuppressionPage))]
[JsonSerializable(typeof(IReadOnlyList<FeedbackItem>))]
[JsonSerializable(typeof(FeedbackReply))]
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
[JsonSerializable(typeof(TenantSettingsView))]
[JsonSerializable(typeof(BudgetsView))]
[JsonSerializable(typeof(WebhookList))]
[JsonSerializable(typeof(WebhookView))]
[JsonSerializable(typeof(WebhookSecretReply))]
[JsonSerializable(typeof(WebhookTestReply))]
[JsonSerializable(typeof(WebhookEvent))]
[JsonSerializable(typeof(VapidPublicKey))]
[JsonSerializable(typeof(TemplateParts))]
[JsonSerializable(typeof(TemplateList))]
[JsonSerializable(typeof(TemplateView))]
[JsonSerializable(typeof(TemplateStored))]
[JsonSerializable(typeof(TemplateVersionView))]
[JsonSerializable(typeof(TemplatePublishRequest))]
[JsonSerializable(typeof(TemplatePreviewRequest))]
[JsonSerializable(typeof(TemplatePreview))]
[JsonSerializable(typeof(TemplateTestRequest))]
[JsonSerializable(typeof(TemplateTestReply))]
[JsonSerializable(typeof(LocationReply))]
[JsonSerializable(typeof(DriverLocationUpdated))]
[JsonSerializable(typeof(GuestOrderChanged))]
[JsonSerializable(typeof(Problem))]
public sealed partial class ProtocolJson : JsonSerializerContext;
