using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Milepost.Processes;
using Milepost.Protocol;
using Milepost.Protocol.Events;

namespace Milepost.Faults.Tests;

/// <summary>
/// A shop that posts the events of its orders to any node, again and again until each post is acknowledged, and sometimes once more. Each
/// call and its outcome go into the history.
/// </summary>
internal sealed class Producer(string name, string tenant, Func<Uri> address, HttpClient http, History history, Random random, bool isWild)
{
    private readonly string _token = ServerProcess.TokenFor(tenant, name, TimeSpan.FromHours(1), "events:write");
    private readonly List<Life> _orders = [];
    private readonly List<CloudEvent> _late = [];
    private int _placed;
    private int _notes;

    /// <summary>Posts until told to stop; then what is under way is still brought to its end, unless <paramref name="abandon"/> says so.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken abandon)
    {
        while (!stop.IsCancellationRequested)
        {
            var batch = Next();
            if (!await PostUntilKnownAsync(batch, abandon))
            {
                return;
            }

            if (random.Next(isWild ? 2 : 10) == 0 && !await RepeatAsync(batch, abandon))
            {
                return;
            }

            await PauseAsync(TimeSpan.FromMilliseconds(random.Next(10, 90)), stop);
        }

        if (_late.Count > 0)
        {
            await PostUntilKnownAsync([.. _late], abandon);
        }
    }

    private List<CloudEvent> Next()
    {
        var batch = new List<CloudEvent>();
        for (var count = random.Next(1, 12); count > 0; count--)
        {
            batch.Add(NextEvent());
        }

        if (isWild)
        {
            // Events come out of their order, within a post and over several.
            batch = [.. batch.OrderBy(_ => random.Next())];
            if (batch.Count > 3)
            {
                _late.AddRange(batch[..2]);
                batch = batch[2..];
            }

            if (_late.Count > 6)
            {
                batch.AddRange(_late);
                _late.Clear();
            }
        }

        return batch;
    }

    private CloudEvent NextEvent()
    {
        if (random.Next(3) == 0)
        {
            var customer = random.Next(Market.Customers);
            return Market.Noted(Market.LongOrder(tenant, customer), Producers * ++_notes + Index);
        }

        if (_orders.Count < 6)
        {
            var order = string.Create(CultureInfo.InvariantCulture, $"{tenant}-{name}-{++_placed}");
            _orders.Add(new Life(order));
            return Market.Placed(order, Market.Customer(tenant, random.Next(Market.Customers)));
        }

        var life = _orders[random.Next(_orders.Count)];
        var moved = Market.Moved(life.Order, ++life.Step);
        if (life.Step == Shop.Life.Count)
        {
            _orders.Remove(life);
        }

        return moved;
    }

    /// <summary>How many producers share a tenant, and which of them this is: their notes have numbers of their own.</summary>
    public required int Producers { get; init; }

    public required int Index { get; init; }

    /// <summary>How long the answer of this address may take, whatever happens.</summary>
    public required Func<Uri, TimeSpan> CallLimit { get; init; }

    /// <summary>Whether a node may leave a post without any answer.</summary>
    public required bool MayHang { get; init; }

    private async Task<bool> PostUntilKnownAsync(List<CloudEvent> batch, CancellationToken abandon)
    {
        while (!abandon.IsCancellationRequested)
        {
            if (await PostAsync(batch, abandon) is { } reply)
            {
                if (reply.Rejected.Count > 0 || reply.Accepted + reply.Duplicates != batch.Count)
                {
                    history.Breach(name, $"{reply.Accepted} accepted, {reply.Duplicates} duplicates of {batch.Count}, rejected: {string.Join(", ", reply.Rejected.Select(rejected => rejected.Detail))}");
                }

                return true;
            }

            // As a shop would: again, a little later, anywhere.
            await PauseAsync(TimeSpan.FromMilliseconds(random.Next(50, 400)), abandon);
        }

        return false;
    }

    private async Task<bool> RepeatAsync(List<CloudEvent> batch, CancellationToken abandon)
    {
        while (!abandon.IsCancellationRequested)
        {
            if (await PostAsync(batch, abandon) is { } reply)
            {
                if (reply.Duplicates != batch.Count)
                {
                    history.Breach(name, $"{batch.Count} acknowledged events were sent again and {reply.Accepted} of them were new: they had been lost");
                }

                return true;
            }

            await PauseAsync(TimeSpan.FromMilliseconds(random.Next(50, 400)), abandon);
        }

        return false;
    }

    /// <summary>The answer; null when there is none or it is an error.</summary>
    private async Task<RecordReply?> PostAsync(List<CloudEvent> batch, CancellationToken cancellationToken)
    {
        var ids = batch.ConvertAll(recorded => recorded.Id);
        var node = address();
        history.Call(name, Known.Invoked, tenant, ids, node.ToString());
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CallLimit(node));
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node, $"/api/v1/{tenant}/events"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes((IReadOnlyList<CloudEvent>)batch, ProtocolJson.Default.IReadOnlyListCloudEvent));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents-batch+json");
            using var response = await http.SendAsync(request, limit.Token);
            var body = await response.Content.ReadAsByteArrayAsync(limit.Token);
            if (response.StatusCode == HttpStatusCode.Accepted)
            {
                history.Call(name, Known.Ok, tenant, ids);
                return JsonSerializer.Deserialize(body, ProtocolJson.Default.RecordReply)!;
            }

            if ((int)response.StatusCode is not (429 or 502 or 503 or 504))
            {
                history.Breach(name, $"answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(body)}");
            }

            // Too many waiting is said before anything is done; every other error may hide a commit.
            history.Call(name, response.StatusCode == HttpStatusCode.TooManyRequests ? Known.Failed : Known.Unknown, tenant, ids, response.StatusCode.ToString());
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            history.Call(name, Known.Unknown, tenant, ids, failure.GetType().Name);
            if (!MayHang && failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                history.Breach(name, $"no answer within {CallLimit(node).TotalSeconds} s from {node}");
            }
        }

        return null;
    }

    // The shop's own pace: nothing is waited for.
    private static async Task PauseAsync(TimeSpan pace, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pace, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller looks at its token next.
        }
    }

    private sealed class Life(string order)
    {
        public string Order => order;

        public int Step { get; set; }
    }
}
