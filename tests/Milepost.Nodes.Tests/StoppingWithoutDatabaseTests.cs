using System.Diagnostics;
using Milepost.Processes;
using Milepost.Testing.Servers;

namespace Milepost.Nodes.Tests;

/// <summary>The end comes in time although the database does not answer.</summary>
public sealed class StoppingWithoutDatabaseTests
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_database_that_does_not_answer_does_not_hold_up_the_end()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var postgres = await PostgresServer.StartAsync();
        await using var server = On(await postgres.CreateDatabaseAsync());
        await server.StartAsync(limit.Token);
        using var shop = server.Client("shop", "events:write");
        (await shop.Events.PublishAsync(Shop.Placed("o-1", "c-1"), limit.Token)).Accepted.ShouldBe(1);

        await postgres.PauseAsync();
        var stuck = shop.Events.PublishAsync(Shop.Moved("o-1", 1), limit.Token);
        var stopping = Stopwatch.StartNew();
        await server.TerminateAsync(limit.Token);
        stopping.Elapsed.ShouldBeLessThan(Promised, server.Log);

        // Whatever its sender was told, it was not "recorded".
        await Should.ThrowAsync<Exception>(stuck);
    }

    [Fact]
    public async Task A_node_that_waits_for_its_database_stops_at_once()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await using var server = On($"Host=127.0.0.1;Port={FreePort.Take()};Database=milepost;Username=milepost");
        server.Launch();
        while (server.Log.Length == 0)
        {
            // It says that it waits.
            await Task.Delay(10, limit.Token);
        }

        var stopping = Stopwatch.StartNew();
        (await server.TerminateAsync(limit.Token)).ShouldBe(0, server.Log);
        stopping.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(15));
    }

    private static ServerProcess On(string database) => new(new ServerStart
    {
        Arguments = ["--Storage:Provider=postgres", "--Gateway:DrainSeconds=0"],
        Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["MILEPOST__STORAGE__CONNECTIONSTRING"] = database },
    });
}
