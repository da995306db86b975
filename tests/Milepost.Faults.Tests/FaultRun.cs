using System.Globalization;
using Milepost.Processes;
using Milepost.Protocol.Streams;
using Npgsql;

namespace Milepost.Faults.Tests;

/// <summary>What a run came to.</summary>
internal sealed record Verdict(string Scenario, int Seed, int Acknowledged, int Unknown, int Deliveries, int Connections, double P50, double P99, double Longest, IReadOnlyList<string> Breaches)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scenario,-26} seed {Seed,-6} {Acknowledged,6} events acknowledged, {Unknown,4} calls without an answer, {Deliveries,7} deliveries, {Connections,5} connections, live p50 {P50:0} ms p99 {P99:0} ms longest {Longest:0} ms, {Breaches.Count} losses");
}

/// <summary>One scenario: producers and devices at work, the fault, the healing, the judgement.</summary>
internal sealed class FaultRun(Cluster cluster, Scenario scenario, int seed)
{
    private const int ProducersPerTenant = 3;
    private static readonly TimeSpan NodeLimit = TimeSpan.FromSeconds(7);

    // It asks a second node when the first one has no database.
    private static readonly TimeSpan BalancedLimit = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan HealLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private readonly History _history = new(scenario.Name, seed, TimeProvider.System);
    private readonly Market _market = new($"{scenario.Name}-{seed}");
    private readonly Random _random = new(seed);

    /// <summary>Plays the scenario and judges it. The history is kept where anything was wrong, even with the scenario itself.</summary>
    public async Task<Verdict> RunAsync(Action<string> report, CancellationToken cancellationToken)
    {
        var isClean = false;
        try
        {
            var verdict = await PlayAsync(cancellationToken);
            isClean = verdict.Breaches.Count == 0;
            return verdict;
        }
        finally
        {
            if (!isClean)
            {
                report($"history: {await _history.KeepAsync()}");
            }
        }
    }

    private async Task<Verdict> PlayAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(3) }) { Timeout = Timeout.InfiniteTimeSpan };
        using var stopProducing = new CancellationTokenSource();
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var stopFollowing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await PlaceAsync(http, cancellationToken);

        var producers = _market.Tenants.SelectMany(tenant => Enumerable.Range(0, ProducersPerTenant).Select(index => Producer(tenant, index, http).RunAsync(stopProducing.Token, abandon.Token))).ToList();
        var followers = _market.Tenants.SelectMany(tenant => Enumerable.Range(0, Market.Customers * 2).Select(index => Follower(tenant, index, http))).ToList();
        var following = followers.ConvertAll(follower => follower.RunAsync(stopFollowing.Token));
        var intake = _market.Tenants.Where(_ => scenario.UsesKafka).Select((tenant, index) => new KafkaProducer($"kafka{index}", tenant, cluster.Kafka, _history, new Random(_random.Next()))).ToList();
        var writing = intake.ConvertAll(producer => producer.RunAsync(stopProducing.Token));
        var watching = WatchAsync(stopFollowing.Token);

        await scenario.InjectAsync(new Nemesis(cluster, new Random(_random.Next()), _history, cancellationToken));
        await cluster.HealAsync(cancellationToken);
        _history.Fault("all is healed");
        await stopProducing.CancelAsync();

        // What was begun is brought to its end, and every device comes to the end of its streams.
        abandon.CancelAfter(HealLimit);
        await Task.WhenAll(producers);
        if (abandon.IsCancellationRequested)
        {
            _history.Breach("producers", $"some posts were not acknowledged {HealLimit.TotalSeconds} s after all was healed");
        }

        await Task.WhenAll(writing);
        await RecordedAsync(intake, cancellationToken);
        await CaughtUpAsync(followers, cancellationToken);
        await stopFollowing.CancelAsync();
        await Task.WhenAll(following);
        await watching;
        await Checker.CheckAsync(_history, cluster.Store, _market.Tenants, followers);
        return Judge(followers);
    }

    private Producer Producer(string tenant, int index, HttpClient http)
    {
        var random = new Random(_random.Next());
        return new Producer($"shop{index}", tenant, () => Any(cluster.ShopAddresses, random), http, _history, random, scenario.IsWild)
        {
            Producers = ProducersPerTenant,
            Index = index,
            CallLimit = address => address == cluster.Balancer ? BalancedLimit : NodeLimit,
            MayHang = scenario.MayHang,
        };
    }

    private Follower Follower(string tenant, int index, HttpClient http)
    {
        var random = new Random(_random.Next());
        var isSteady = index < Market.Customers;
        return new Follower($"{tenant}-device{index}", tenant, index % Market.Customers, () => Any(cluster.CustomerAddresses, random), http, _history, random, isSteady, TimeProvider.System) { TokenLifetime = scenario.TokenLifetime };
    }

    private static Uri Any(IReadOnlyList<Uri> addresses, Random random) => addresses[random.Next(addresses.Count)];

    /// <summary>The orders that are followed exist before anybody follows them.</summary>
    private async Task PlaceAsync(HttpClient http, CancellationToken cancellationToken)
    {
        foreach (var tenant in _market.Tenants)
        {
            using var client = new Client.MilepostClient(new Client.MilepostClientOptions
            {
                BaseAddress = cluster.Nodes[0].Process.Address,
                Tenant = tenant,
                Token = Client.MilepostClientOptions.ConstantToken(ServerProcess.TokenFor(tenant, "shop", TimeSpan.FromHours(1), "events:write")),
            });
            var placed = Enumerable.Range(0, Market.Customers).Select(customer => Market.Placed(Market.LongOrder(tenant, customer), Market.Customer(tenant, customer))).ToList();
            await client.Events.PublishAsync(placed, cancellationToken);
            _history.Call("setup", Known.Ok, tenant, placed.ConvertAll(recorded => recorded.Id));
        }
    }

    /// <summary>Looks at the tables all the time: nobody may ever see a later entry of a stream without an earlier one.</summary>
    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await LookForHolesAsync();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The run is over.
        }
    }

    private async Task LookForHolesAsync()
    {
        try
        {
            foreach (var hole in await cluster.Store.HolesAsync(_market.Tenants))
            {
                _history.Breach("watcher", $"HOLE: {hole}");
            }
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            // PostgreSQL is away just now.
        }
    }

    /// <summary>What was written to Kafka is recorded, and what was no event is a dead letter, in a while.</summary>
    private async Task RecordedAsync(List<KafkaProducer> intake, CancellationToken cancellationToken)
    {
        if (intake.Count == 0)
        {
            return;
        }

        var waiting = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(LookEvery);
        do
        {
            var recorded = (await cluster.Store.EventsAsync(_market.Tenants)).Select(row => (row.Tenant, row.Id)).ToHashSet();
            var missing = _history.Events.Count(pair => pair.Value == Known.Ok && !recorded.Contains(pair.Key));
            var poisoned = intake.Sum(producer => producer.Poisoned);
            var letters = await cluster.Store.DeadLettersAsync(_market.Tenants);
            if (missing == 0 && letters == poisoned)
            {
                return;
            }

            if (letters > poisoned || TimeProvider.System.GetElapsedTime(waiting) > HealLimit)
            {
                _history.Breach("intake", $"{missing} events are not recorded; {letters} dead letters for {poisoned} messages that were no events");
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task CaughtUpAsync(List<Follower> followers, CancellationToken cancellationToken)
    {
        var heads = (await cluster.Store.HeadsAsync(_market.Tenants)).ToDictionary(row => (row.Tenant, row.Label), row => row.Head);
        var goals = followers.ConvertAll(follower => (Follower: follower, Heads: Heads(follower)));
        try
        {
            await Task.WhenAll(goals.Select(goal => goal.Follower.Ledger.ReachedAsync(goal.Heads))).WaitAsync(HealLimit, cancellationToken);
        }
        catch (TimeoutException)
        {
            foreach (var (follower, goal) in goals.Where(goal => goal.Follower.Ledger.Missing(goal.Heads) > 0))
            {
                _history.Breach(follower.Customer, $"{follower.Ledger.Missing(goal)} entries had not come {HealLimit.TotalSeconds} s after the last was recorded");
            }
        }

        Dictionary<string, long> Heads(Follower follower) => new[] { StreamLabels.Notifications, follower.OrderLabel }
            .ToDictionary(label => label, label => heads.GetValueOrDefault((follower.Tenant, Checker.StoredLabel(follower, label))), StringComparer.Ordinal);
    }

    private Verdict Judge(List<Follower> followers)
    {
        var latencies = followers.SelectMany(follower => follower.Latencies).Order().ToList();
        return new Verdict(
            scenario.Name, seed, _history.Count(Known.Ok), _history.UnknownCalls, followers.Sum(follower => follower.Ledger.Delivered), followers.Sum(follower => follower.Connections),
            At(0.5), At(0.99), At(1), [.. _history.Breaches]);

        double At(double part) => latencies.Count == 0 ? 0 : latencies[Math.Min(latencies.Count - 1, (int)(part * latencies.Count))];
    }
}
