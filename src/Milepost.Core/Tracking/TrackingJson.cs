using System.Text.Json.Serialization;
using Milepost.Core.Etas;
using Milepost.Protocol.Tracking;

namespace Milepost.Core.Tracking;

/// <summary>How the states of tracking are kept: camel case, absent instead of null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LocationFix))]
[JsonSerializable(typeof(DriverTrack))]
[JsonSerializable(typeof(RouteProgress))]
[JsonSerializable(typeof(ArrivalState))]
[JsonSerializable(typeof(VisibilityPolicy))]
[JsonSerializable(typeof(EtaEstimate))]
[JsonSerializable(typeof(EtaState))]
[JsonSerializable(typeof(OrderTrack))]
public sealed partial class TrackingJson : JsonSerializerContext;
