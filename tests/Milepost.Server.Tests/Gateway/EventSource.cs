using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Testing;

namespace Milepost.Server.Tests.Gateway;

/// <summary>Reads Server-Sent Events line by line.</summary>
internal sealed class EventSource : IAsyncDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _reader;

    private EventSource(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _reader = new StreamReader(stream);
    }

    public static async Task<EventSource> OpenAsync(HttpClient http, string path, string? lastEventId)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Soon();
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        return new EventSource(response, await response.Content.ReadAsStreamAsync().Soon());
    }

    public async Task<(string? Id, ServerFrame Frame)> NextAsync()
    {
        string? id = null;
        ServerFrame? frame = null;
        while (true)
        {
            var line = (await _reader.ReadLineAsync().Soon()).ShouldNotBeNull("the stream ended");
            if (line.Length == 0 && frame is not null)
            {
                return (id, frame);
            }

            id = line.StartsWith("id: ", StringComparison.Ordinal) ? line[4..] : id;
            frame = line.StartsWith("data: ", StringComparison.Ordinal) ? JsonSerializer.Deserialize(line[6..], ProtocolJson.Default.ServerFrame) : frame;
        }
    }

    public ValueTask DisposeAsync()
    {
        _response.Dispose();
        return ValueTask.CompletedTask;
    }
}
