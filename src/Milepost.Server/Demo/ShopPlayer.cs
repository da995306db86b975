using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Threading.Channels;
using Milepost.Protocol;
using Milepost.Protocol.Events;

namespace Milepost.Server.Demo;

/// <summary>Plays a script against the server's public address, as a shop would: CloudEvents over HTTP, again until they are taken.</summary>
internal sealed class ShopPlayer(HttpClient http, DemoTally tally, Action<string> tell, TimeProvider time)
{
    // A script gives orders to the fleet one by one, and the fleet takes them at once.
    private const int MostWaiting = 1024;

    private const int BatchLimit = 500;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(5);

    private readonly Channel<RidePlan> _rides = Channel.CreateBounded<RidePlan>(new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>The orders that are given to the fleet, as soon as the server knows of them. Ends with the script.</summary>
    public IAsyncEnumerable<RidePlan> RidesAsync(CancellationToken cancellationToken) => _rides.Reader.ReadAllAsync(cancellationToken);

    public async Task RunAsync(IEnumerable<ScriptedEvent> script, DateTimeOffset start, CancellationToken cancellationToken)
    {
        foreach (var (offset, batch) in Batches(script))
        {
            var wait = start + offset - time.GetUtcNow();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, cancellationToken);
            }

            await PostAsync([.. batch.Select(scripted => scripted.Event)], cancellationToken);
            foreach (var ride in batch.Select(scripted => scripted.Ride).OfType<RidePlan>())
            {
                await _rides.Writer.WriteAsync(ride, cancellationToken);
            }
        }

        _rides.Writer.Complete();
    }

    /// <summary>Puts events with one offset into one batch. An endless script is read one event ahead.</summary>
    internal static IEnumerable<(TimeSpan Offset, IReadOnlyList<ScriptedEvent> Events)> Batches(IEnumerable<ScriptedEvent> script)
    {
        var offset = TimeSpan.Zero;
        var batch = new List<ScriptedEvent>();
        foreach (var scripted in script)
        {
            if (batch.Count > 0 && (scripted.Offset != offset || batch.Count == BatchLimit))
            {
                yield return (offset, batch);
                batch = [];
            }

            offset = scripted.Offset;
            batch.Add(scripted);
        }

        if (batch.Count > 0)
        {
            yield return (offset, batch);
        }
    }

    /// <summary>Sends events of one moment until they are settled. May be called by several at once.</summary>
    public async Task PostAsync(IReadOnlyList<CloudEvent> events, CancellationToken cancellationToken)
    {
        for (var pause = FirstRetry; ; pause = pause * 2 < LongestRetry ? pause * 2 : LongestRetry)
        {
            try
            {
                // The events keep their ids, so that sending them again after a lost answer is harmless.
                using var reply = await http.PostAsync(new Uri("events", UriKind.Relative), Content(events), cancellationToken);
                if (await TakeAsync(reply, events, cancellationToken))
                {
                    return;
                }
            }
            catch (HttpRequestException exception)
            {
                tell($"The shop cannot reach the server: {exception.Message}");
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>True: settled, accepted or not. False: the server asks to send it again later.</summary>
    private async Task<bool> TakeAsync(HttpResponseMessage reply, IReadOnlyList<CloudEvent> events, CancellationToken cancellationToken)
    {
        if (reply.StatusCode is HttpStatusCode.Accepted)
        {
            var record = (await reply.Content.ReadFromJsonAsync(ProtocolJson.Default.RecordReply, cancellationToken))!;
            tally.Add(events, record);
            Tell(record.Rejected);
            return true;
        }

        var body = await reply.Content.ReadAsStringAsync(cancellationToken);
        var problem = reply.Content.Headers.ContentType?.MediaType is "application/problem+json" ? JsonSerializer.Deserialize(body, ProtocolJson.Default.Problem) : null;
        if (problem is { Rejected: { } rejected })
        {
            tally.Add([], new RecordReply(0, 0, rejected));
            Tell(rejected);
            return true;
        }

        tell($"The server answers {(int)reply.StatusCode} {problem?.Code}: {problem?.Detail ?? problem?.Title}");
        return !(problem?.Retry ?? (int)reply.StatusCode >= 500);
    }

    private void Tell(IReadOnlyList<RejectedEvent> rejected)
    {
        foreach (var item in rejected)
        {
            tell($"Rejected {item.Id}: {item.Code} {item.Field} {item.Detail}");
        }
    }

    private static ByteArrayContent Content(IReadOnlyList<CloudEvent> events)
    {
        var (bytes, mediaType) = events.Count == 1
            ? (JsonSerializer.SerializeToUtf8Bytes(events[0], ProtocolJson.Default.CloudEvent), "application/cloudevents+json")
            : (JsonSerializer.SerializeToUtf8Bytes(events, ProtocolJson.Default.IReadOnlyListCloudEvent), "application/cloudevents-batch+json");
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        return content;
    }
}
