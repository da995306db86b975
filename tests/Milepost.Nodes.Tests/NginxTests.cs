using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Processes;
using Milepost.Protocol.Streams;
using Milepost.Testing;

namespace Milepost.Nodes.Tests;

/// <summary>What passes through the configuration of <c>deploy/nginx</c>, and what does not.</summary>
public sealed class NginxTests(NginxTests.Fixture fixture) : IClassFixture<NginxTests.Fixture>, IDisposable
{
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(4));
    private readonly HttpClient _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    private readonly TwoNodes _nodes = fixture.Nodes;

    public void Dispose()
    {
        _http.Dispose();
        _limit.Dispose();
    }

    [Fact]
    public async Task Entries_pass_at_once_on_every_transport_whichever_node_recorded_them()
    {
        using var shop = ServerProcess.ClientOf(_nodes.Address, "shop", "events:write");
        foreach (var transport in Enum.GetValues<RawTransport>())
        {
            var customer = $"c-{transport}";
            var since = "earliest";
            for (var order = 0; order < 6; order++)
            {
                var frames = Client(customer).ReadAsync(transport, StreamLabels.Notifications, since, _limit.Token).GetAsyncEnumerator(_limit.Token);
                var next = EntryAsync(frames);
                (await shop.Events.PublishAsync(Shop.Placed($"{customer}-{order}", customer), _limit.Token)).Accepted.ShouldBe(1);

                var entry = await next.Soon();
                entry.Offset.ShouldBe(order + 1, transport.ToString());
                since = entry.Cursor!;
                await frames.DisposeAsync();
            }
        }

        foreach (var node in _nodes.Nodes)
        {
            _nodes.AccessLog.ShouldContain(node.Address.Authority, customMessage: "one node got no request at all");
        }
    }

    [Fact]
    public async Task A_connection_that_is_silent_for_more_than_a_minute_lives()
    {
        using var shop = ServerProcess.ClientOf(_nodes.Address, "shop", "events:write");
        var live = new[] { RawTransport.WebSocket, RawTransport.ServerSentEvents }
            .Select(transport => EntryAsync(Client("c-idle").ReadAsync(transport, StreamLabels.Notifications, "earliest", _limit.Token).GetAsyncEnumerator(_limit.Token))).ToArray();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_nodes.Address, $"/api/v1/poll?streams={StreamLabels.Notifications}&since=earliest"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ServerProcess.Token("c-idle"));

        // The minute itself is the story: nginx closes what is silent for its own default of 60 s, and answers a poll that takes longer by 504.
        using var poll = await _http.SendAsync(request, _limit.Token);
        poll.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await poll.Content.ReadFromJsonAsync<JsonElement>(_limit.Token)).GetProperty("frames").GetArrayLength().ShouldBe(0);
        await Task.Delay(TimeSpan.FromSeconds(5), _limit.Token);
        live.ShouldAllBe(reading => !reading.IsCompleted);

        await shop.Events.PublishAsync(Shop.Placed("o-idle", "c-idle"), _limit.Token);

        foreach (var reading in live)
        {
            (await reading.Soon()).Offset.ShouldBe(1);
        }
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/healthz/ready")]
    public async Task What_is_not_for_the_public_does_not_pass(string path)
    {
        using var answer = await _http.GetAsync(new Uri(_nodes.Address, path), _limit.Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Tickets_and_cursors_do_not_reach_the_log()
    {
        using var answer = await _http.GetAsync(new Uri(_nodes.Address, "/api/v1/sse?streams=notifications&ticket=secret-ticket"), _limit.Token);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _nodes.AccessLog.ShouldContain("/api/v1/sse");
        _nodes.AccessLog.ShouldNotContain("secret-ticket");
    }

    /// <summary>One set of processes for all facts.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal TwoNodes Nodes { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            Nodes = await TwoNodes.StartAsync(limit.Token, "--Gateway:PollSeconds=60");
        }

        public ValueTask DisposeAsync() => Nodes is null ? ValueTask.CompletedTask : Nodes.DisposeAsync();
    }

    private RawClient Client(string customer) => new(_nodes.Address, ServerProcess.Token(customer), _http);

    /// <summary>The next frame that is an entry.</summary>
    private static async Task<ServerFrame> EntryAsync(IAsyncEnumerator<ServerFrame> frames)
    {
        while (await frames.MoveNextAsync())
        {
            if (frames.Current.Offset is not null)
            {
                return frames.Current;
            }
        }

        throw new InvalidOperationException("the connection ended");
    }
}
