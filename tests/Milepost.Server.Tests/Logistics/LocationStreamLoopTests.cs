using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Tests;
using Milepost.Core.Tracking;
using Milepost.LogisticsSimulator;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Stream;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>Two nodes that share their leases, and one stream.</summary>
public sealed class LocationStreamLoopTests
{
    [Fact]
    public async Task One_node_reads_and_when_it_stops_the_other_goes_on_behind_the_last_message()
    {
        await using var simulator = await Simulator.StartAsync(new SimulatorOptions { Tenants = ["acme"], Drivers = 2, FixInterval = TimeSpan.FromMilliseconds(200) }, CancellationToken.None);
        var leases = new MemoryLeaseStore();
        using var one = new Node(simulator, leases);
        using var two = new Node(simulator, leases);
        await one.Loop.StartAsync(CancellationToken.None);
        await one.Came.Task.Soon();
        await two.Loop.StartAsync(CancellationToken.None);
        await one.Loop.StopAsync(CancellationToken.None);
        await two.Came.Task.Soon();
        await two.Loop.StopAsync(CancellationToken.None);

        one.Board.Held.ShouldBe(0);
        var numbers = one.Numbers.Concat(two.Numbers).ToList();
        numbers.ShouldBe(Enumerable.Range(0, numbers.Count).Select(index => numbers[0] + index));
        (await leases.TakeAsync("acme", LocationStreamLoop.Work, "three", TimeSpan.FromSeconds(1), TimeProvider.System.GetUtcNow(), CancellationToken.None))!
            .Payload.ShouldBe($"{numbers[^1]}");
    }

    private sealed class Node : IFixSink, ILogisticsSignals, IDisposable
    {
        public Node(Simulator simulator, MemoryLeaseStore leases)
        {
            var options = new LogisticsOptions { BaseUrl = simulator.BaseUrl.ToString(), Tenants = ["acme"], Token = Simulator.TokenOf("acme") };
            Loop = new LocationStreamLoop(
                leases, new StreamParts(options, new LogisticsTokens(options, TimeProvider.System), this, this, Board, TimeProvider.System, () => 0, NullLogger<LocationStream>.Instance), NullLogger<LocationStreamLoop>.Instance);
        }

        public LocationStreamLoop Loop { get; }

        public StreamBoard Board { get; } = new();

        public ConcurrentQueue<long> Numbers { get; } = [];

        public TaskCompletionSource Came { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Offer(string tenant, IReadOnlyList<LocationFix> fixes)
        {
            foreach (var fix in fixes)
            {
                Numbers.Enqueue(fix.Sequence!.Value);
            }

            Came.TrySetResult();
        }

        public void Changed(string tenant, string orderId, OrderDocument document)
        {
            // No orders here.
        }

        public void Missed(string tenant) => throw new InvalidOperationException("nothing may be missed");

        public void Dispose() => Loop.Dispose();
    }
}
