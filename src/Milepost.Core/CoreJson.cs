using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Milepost.Core.Customers;
using Milepost.Core.DeadLetters;
using Milepost.Core.Deliveries;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;

namespace Milepost.Core;

/// <summary>How the domain's records are kept: camel case, absent instead of null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(JsonNode))]
[JsonSerializable(typeof(RecordedEvent))]
[JsonSerializable(typeof(Customer))]
[JsonSerializable(typeof(Delivery))]
[JsonSerializable(typeof(TemplateSource))]
[JsonSerializable(typeof(TenantSettings))]
[JsonSerializable(typeof(IReadOnlyList<ChannelVerdict>))]
[JsonSerializable(typeof(IReadOnlyList<TopicHeader>))]
public sealed partial class CoreJson : JsonSerializerContext;
