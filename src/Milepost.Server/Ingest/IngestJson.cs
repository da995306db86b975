using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Milepost.Server.Ingest;

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class IngestJson : JsonSerializerContext;
