using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Milepost.Protocol;
using Milepost.Server.Channels.Apns;
using Milepost.Server.Channels.Fcm;
using Milepost.Server.Channels.WebPush;

namespace Milepost.Server.Channels.Push;

/// <summary>How pushes and the answers of push services are written.</summary>
[JsonSerializable(typeof(WebPushPayload))]
[JsonSerializable(typeof(FcmRequest))]
[JsonSerializable(typeof(FcmReply))]
[JsonSerializable(typeof(ApnsPayload))]
[JsonSerializable(typeof(ApnsReply))]
internal sealed partial class PushJson : JsonSerializerContext
{
    /// <summary>Letters beyond ASCII stand as themselves: every byte counts, and nobody puts a push into a page.</summary>
    public static readonly PushJson Compact = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new Rfc3339JsonConverter() },
    });
}
