using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.Client.Http;
using Milepost.Protocol;
using Milepost.Protocol.Preferences;

namespace Milepost.Client.Preferences;

/// <summary>The caller's own choices. Every change is told to all of the caller's devices as a <c>preferences.changed</c> entry.</summary>
public sealed class MilepostPreferences
{
    private const string Path = "notification-preferences";
    private readonly MilepostHttp _http;

    internal MilepostPreferences(MilepostHttp http) => _http = http;

    /// <summary>What was chosen, and what holds.</summary>
    public Task<PreferencesView> GetAsync(CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Get, Path, content: null, ProtocolJson.Default.PreferencesView, cancellationToken);

    /// <summary>Replaces all choices.</summary>
    /// <param name="preferences">The new choices; what is absent is chosen no longer.</param>
    /// <param name="version">Only while the choices are at this version; else the code is <c>precondition_failed</c>. Null: whatever they are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<PreferencesView> ReplaceAsync(NotificationPreferences preferences, long? version = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Put, JsonSerializer.SerializeToUtf8Bytes(preferences, ProtocolJson.Default.NotificationPreferences), "application/json", version, cancellationToken);

    /// <summary>Merges into the choices (RFC 7396): null takes a choice back, what is absent stays.</summary>
    /// <param name="patch">For example <c>{"channels":{"sms":true},"timeZone":null}</c>.</param>
    /// <param name="version">Only while the choices are at this version; else the code is <c>precondition_failed</c>. Null: whatever they are.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<PreferencesView> MergeAsync(JsonObject patch, long? version = null, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Patch, JsonSerializer.SerializeToUtf8Bytes(patch, ProtocolJson.Default.JsonNode), "application/merge-patch+json", version, cancellationToken);

    private async Task<PreferencesView> SendAsync(HttpMethod method, byte[] body, string mediaType, long? version, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } };
        var ifMatch = version is { } number ? new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{number}\"")) : null;
        return await _http.SendAsync(method, Path, content, ifMatch, ProtocolJson.Default.PreferencesView, cancellationToken);
    }
}
