using Milepost.Core.Deliveries;
using Milepost.Processes;
using Milepost.Storage.Postgres;
using Milepost.Storage.Postgres.Deliveries;
using Milepost.Testing.Servers;
using Npgsql;

namespace Milepost.Torture.Tests;

public sealed class DeliveryFailoverTests
{
    /// <summary>
    /// The provider here is the outbox: a lock on its table keeps the send of the first node waiting, the node is killed in it, and only then does the
    /// message get through, or not: nobody can know. The second node must say so, and send once more and not twice.
    /// </summary>
    [Fact]
    public async Task A_node_that_is_killed_in_mid_send_leaves_the_mail_unknown_and_another_sends_it_once_more()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        await using var postgres = await PostgresServer.StartAsync();
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var first = new ServerProcess(Node("first", connectionString));
        await using var second = new ServerProcess(Node("second", connectionString));
        await first.StartAsync(limit.Token);

        await using var provider = new NpgsqlConnection(connectionString);
        await provider.OpenAsync(limit.Token);
        await RunAsync(provider, "BEGIN; LOCK TABLE outbox IN EXCLUSIVE MODE");
        using (var shop = first.Client("shop", "events:write"))
        {
            await shop.Events.PublishAsync(Shop.Placed("o-1", "c-1", "ada@example.org"), limit.Token);
        }

        await SomebodyWaitsAsync(connectionString, limit.Token);
        await first.KillAsync(limit.Token);
        await second.StartAsync(limit.Token);
        await RunAsync(provider, "COMMIT");

        using var customer = second.Client("c-1");
        var notification = (await customer.Notifications.ListAsync(cancellationToken: limit.Token)).Items.Single();
        await using var database = new PostgresDatabase(new PostgresSettings(connectionString));
        await database.OpenAsync(TimeProvider.System, progress: null, limit.Token);
        var queue = new PostgresDeliveryQueue(database);
        DeliveryDetails? kept;
        do
        {
            kept = await queue.FindAsync(ServerProcess.Tenant, Delivery.IdOf(notification.Id, DeliveryChannel.Email), limit.Token);
        }
        while (!DeliveryStateTable.IsFinal(kept!.Row.Progress.State));
        kept.Row.Progress.State.ShouldBe(DeliveryState.Sent);
        kept.Attempts.Select(attempt => attempt.Outcome).ShouldBe([AttemptOutcome.Unknown, AttemptOutcome.Sent]);
        kept.Attempts.Select(attempt => attempt.Owner).ShouldBeUnique();

        var sent = await new PostgresOutbox(database).ListAsync(ServerProcess.Tenant, null, 100, limit.Token);
        sent.Count(listed => listed.Message.Attempt == 2).ShouldBe(1);
        sent.Count(listed => listed.Message.Attempt == 1).ShouldBeLessThanOrEqualTo(1);
        sent.Count.ShouldBeLessThanOrEqualTo(2);
    }

    private static ServerStart Node(string name, string connectionString) => new()
    {
        Name = name,
        Arguments = ["--Storage:Provider=postgres", "--Delivery:LeaseSeconds=3", .. DeliveryCheck.NoLimits],
        Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["MILEPOST__STORAGE__CONNECTIONSTRING"] = connectionString },
    };

    /// <summary>Until a statement waits for the lock on the outbox: the send is under way.</summary>
    private static async Task SomebodyWaitsAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var watcher = new NpgsqlConnection(connectionString);
        await watcher.OpenAsync(cancellationToken);
        await using var waiting = new NpgsqlCommand("SELECT count(*) FROM pg_locks WHERE relation = 'outbox'::regclass AND NOT granted", watcher);
        while ((long)(await waiting.ExecuteScalarAsync(cancellationToken))! == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
