using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using Milepost.Core.Orders;
using Milepost.Protocol.Errors;
using Milepost.Server.Api;

namespace Milepost.Server.Ingest;

/// <summary>A CloudEvent taken apart, whatever carried it: its attributes and its data, or the first thing that keeps them from being read.</summary>
internal sealed class CloudEventContent : IDisposable
{
    private readonly JsonDocument? _envelope;
    private readonly JsonDocument? _body;
    private readonly Rejection? _unreadable;
    private readonly JsonElement _data;

    private CloudEventContent(JsonElement attributes, JsonElement data, JsonDocument? envelope, JsonDocument? body, Rejection? unreadable)
    {
        Attributes = attributes;
        _data = data;
        _envelope = envelope;
        _body = body;
        _unreadable = unreadable;
    }

    /// <summary>The attributes as a JSON object; undefined where nothing can be read.</summary>
    public JsonElement Attributes { get; }

    /// <summary>The event's id as far as it can be read, for answers.</summary>
    public string? Id => Text("id") is { } id ? id[..Math.Min(id.Length, 255)] : null;

    /// <summary>The structured mode: attributes and data in one object (JSON format, 2 and 3).</summary>
    public static CloudEventContent Structured(ReadOnlyMemory<byte> text)
    {
        var envelope = StrictJson.Parse(text, out var unreadable);
        if (envelope is null)
        {
            return Unreadable(new Rejection(unreadable!, null, unreadable!.Title + "."));
        }

        if (envelope.RootElement.ValueKind != JsonValueKind.Object)
        {
            envelope.Dispose();
            return Unreadable(new Rejection(ErrorCode.InvalidEvent, null, "An event is a JSON object."));
        }

        return FromEnvelope(envelope);
    }

    /// <summary>The binary mode: the attributes beside the data.</summary>
    public static CloudEventContent Binary(JsonObject attributes, string mediaType, ReadOnlyMemory<byte> body)
    {
        var root = JsonSerializer.SerializeToElement(attributes, IngestJson.Default.JsonObject);
        if (body.Length > 0 && !IsJson(mediaType))
        {
            return new CloudEventContent(root, default, null, null, new Rejection(ErrorCode.InvalidField, "Content-Type", "The data is JSON."));
        }

        ErrorCode? unreadable = null;
        var document = body.Length == 0 ? null : StrictJson.Parse(body, out unreadable);
        var rejection = unreadable is null ? null : new Rejection(unreadable, "data", unreadable.Title + ".");
        return new CloudEventContent(root, document?.RootElement ?? default, null, document, rejection);
    }

    /// <summary>What is neither mode; for senders that cannot say it otherwise.</summary>
    public static CloudEventContent Of(JsonObject attributes, JsonObject data) => new(
        JsonSerializer.SerializeToElement(attributes, IngestJson.Default.JsonObject), JsonSerializer.SerializeToElement(data, IngestJson.Default.JsonObject), null, null, null);

    public static CloudEventContent Unreadable(Rejection rejection) => new(default, default, null, null, rejection);

    /// <summary>An attribute that is a text.</summary>
    public string? Text(string attribute) =>
        Attributes.ValueKind == JsonValueKind.Object && Attributes.TryGetProperty(attribute, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The event as ours, or the first thing that is wrong with it.</summary>
    public RecordedEvent? Read(string tenant, DateTimeOffset now, out Rejection? rejection)
    {
        rejection = _unreadable;
        return rejection is null ? EventReader.Read(new EventAttributes(Attributes, _data), tenant, now, out rejection) : null;
    }

    public void Dispose()
    {
        _envelope?.Dispose();
        _body?.Dispose();
    }

    /// <summary>The data of a structured event: <c>data</c>, or JSON within <c>data_base64</c> (JSON format, 3.1).</summary>
    private static CloudEventContent FromEnvelope(JsonDocument envelope)
    {
        var root = envelope.RootElement;
        root.TryGetProperty("data", out var data);

        // An attribute that is null is one that is not there (JSON format, 2.2).
        if (root.TryGetProperty("datacontenttype", out var type) && type.ValueKind != JsonValueKind.Null && (type.ValueKind != JsonValueKind.String || !IsJson(type.GetString()!)))
        {
            return Rejected(new Rejection(ErrorCode.InvalidField, "datacontenttype", "The data is JSON."));
        }

        if (!root.TryGetProperty("data_base64", out var encoded) || encoded.ValueKind == JsonValueKind.Null)
        {
            return new CloudEventContent(root, data, envelope, null, null);
        }

        if (data.ValueKind != JsonValueKind.Undefined || encoded.ValueKind != JsonValueKind.String || !encoded.TryGetBytesFromBase64(out var bytes))
        {
            return Rejected(new Rejection(ErrorCode.InvalidField, "data_base64", "This is base64, and stands instead of data."));
        }

        var body = StrictJson.Parse(bytes, out var unreadable);
        return body is null
            ? Rejected(new Rejection(unreadable!, "data_base64", unreadable!.Title + "."))
            : new CloudEventContent(root, body.RootElement, envelope, body, null);

        CloudEventContent Rejected(Rejection rejection) => new(root, default, envelope, null, rejection);
    }

    private static bool IsJson(string mediaType) => MediaTypeHeaderValue.TryParse(mediaType, out var parsed)
        && (parsed.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || parsed.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase));
}
