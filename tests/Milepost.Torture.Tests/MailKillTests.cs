using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Milepost.Client;
using Milepost.Core.Deliveries;
using Milepost.Processes;
using Milepost.Protocol.Events;
using Milepost.Server.Channels.Email;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Testing.Servers;

namespace Milepost.Torture.Tests;

public sealed partial class MailKillTests(ITestOutputHelper output)
{
    private const string Domain = "shop.example";
    private static readonly string[] Mailed = ["order.placed", "order.paid"];

    /// <summary>
    /// The real process and a real SMTP server that has a message for a while before it says so: SIGKILL hits between the server's acceptance and our
    /// writing it down. Every other kill follows at once on a message that has arrived, the others come at random moments. At the end each mail has
    /// arrived once, or twice where it is written down that the first time is not known, and then under the same Message-ID. One that was killed at both
    /// its attempts is called unknown, and only such a one may be missing.
    /// </summary>
    [Fact]
    public async Task Each_mail_arrives_once_or_twice_where_it_is_written_down_when_the_server_is_killed_between_acceptance_and_record()
    {
        var rounds = Setting("MILEPOST_MAIL_KILL_ROUNDS", 20);
        var seed = Setting("MILEPOST_MAIL_KILL_SEED", 20261122);
        var random = new Random(seed);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120 + (10 * rounds)));
        await using var peer = await SmtpPeer.StartAsync(new { answerAfter = 30 });
        await using var server = new ServerProcess(Start(peer));
        await server.StartAsync(limit.Token);
        using var shop = server.Client("shop", "events:write");
        var orders = new List<string>();
        for (var round = 0; round < rounds; round++)
        {
            peer.ForgetArrivals();
            var posting = PostAsync(shop, orders, random.Next(2, 7), limit.Token);
            if (round % 2 == 0)
            {
                await peer.ArrivedAsync();
                // Within the time in which the server has the message and has not said so, or just behind it.
                await Task.Delay(random.Next(0, 40), limit.Token);
            }
            else
            {
                // The moment of the kill is the story; nothing waits for it.
                await Task.Delay(random.Next(0, 300), limit.Token);
            }

            await server.KillAsync(limit.Token);
            await server.StartAsync(limit.Token);
            await posting;
        }

        var kept = await EndsAsync(server, orders, limit.Token);
        await server.KillAsync(limit.Token);
        var arrived = peer.Messages.ToLookup(message => MessageId(message.Raw), StringComparer.Ordinal);
        var twice = kept.Count(delivery => Arrivals(arrived, delivery) == 2);
        var unknown = kept.Count(delivery => delivery.Row.Progress.Unknowns > 0);
        var missing = kept.Count(delivery => Arrivals(arrived, delivery) == 0);
        output.WriteLine($"seed {seed}: {rounds} rounds of SIGKILL, {orders.Count} orders paid, {kept.Count} mails by SMTP, {twice} of them twice, {unknown} unknown at some time, {missing} killed at both attempts and missing");
        kept.ShouldAllBe(delivery => delivery.Row.Progress.State == DeliveryState.Sent || delivery.Row.Progress.State == DeliveryState.Unknown);
        foreach (var delivery in kept)
        {
            Check(delivery, Arrivals(arrived, delivery));
        }

        arrived.Select(message => message.Key).Except(kept.Select(MessageId), StringComparer.Ordinal).ShouldBeEmpty("something was sent that nobody asked for");
        unknown.ShouldBeGreaterThan(0, "no kill hit a mail under way: this run shows nothing");
        twice.ShouldBeGreaterThan(0, "no kill hit between acceptance and record: this run shows nothing");
    }

    private static void Check(DeliveryDetails delivery, int arrivals)
    {
        var id = delivery.Row.Delivery.Id;
        var unknowns = delivery.Attempts.Count(attempt => attempt.Outcome == AttemptOutcome.Unknown);
        var sent = delivery.Attempts.Count(attempt => attempt.Outcome == AttemptOutcome.Sent);
        delivery.Row.Progress.Unknowns.ShouldBe(unknowns, id);
        delivery.Attempts.Count.ShouldBe(unknowns + sent, id);
        unknowns.ShouldBeLessThanOrEqualTo(2, id);
        sent.ShouldBe(delivery.Row.Progress.State == DeliveryState.Sent ? 1 : 0, id);
        arrivals.ShouldBeGreaterThanOrEqualTo(sent, $"{id} is called sent and did not arrive");
        arrivals.ShouldBeLessThanOrEqualTo(sent + unknowns, $"{id} arrived {arrivals} times and nothing says why");
    }

    private static int Arrivals(ILookup<string, PeerMessage> arrived, DeliveryDetails delivery) => arrived[MessageId(delivery)].Count();

    private static string MessageId(DeliveryDetails delivery) => EmailIds.OfDelivery(ServerProcess.Tenant, delivery.Row.Delivery.Id, Domain);

    private static string MessageId(byte[] mail) => MessageIdLine().Match(Encoding.UTF8.GetString(mail)).Groups["id"].Value;

    /// <summary>Places and pays orders, each by a customer of its own, and repeats each request until it is acknowledged.</summary>
    private static async Task PostAsync(MilepostClient shop, List<string> orders, int count, CancellationToken cancellationToken)
    {
        for (; count > 0; count--)
        {
            var order = string.Create(CultureInfo.InvariantCulture, $"o-{orders.Count}");
            CloudEvent[] events = [Shop.Placed(order, "c-" + order, $"c-{order}@example.org"), Shop.Moved(order, 1)];
            var acknowledged = false;
            while (!acknowledged)
            {
                try
                {
                    var reply = await shop.Events.PublishAsync(events, cancellationToken);
                    acknowledged = reply.Accepted + reply.Duplicates == events.Length;
                }
                catch (Exception failure) when (failure is HttpRequestException or IOException || failure is MilepostException { Retry: true })
                {
                    // Whether it was recorded is not known: the server is being killed. It is sent again as it was.
                    await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken);
                }
            }

            orders.Add(order);
        }
    }

    /// <summary>Every mail that the orders' inboxes call for, when its delivery has come to an end.</summary>
    private static async Task<IReadOnlyList<DeliveryDetails>> EndsAsync(ServerProcess server, List<string> orders, CancellationToken cancellationToken)
    {
        using var database = SqliteDatabase.Open(Path.Combine(server.DataDirectory, "milepost.db"));
        var queue = new SqliteDeliveryQueue(database);
        var ends = new List<DeliveryDetails>();
        foreach (var order in orders)
        {
            using var customer = server.Client("c-" + order);
            var inbox = await customer.Notifications.ListAsync(cancellationToken: cancellationToken);
            inbox.Items.Select(notification => notification.Type).Order(StringComparer.Ordinal).ShouldBe(Mailed.Order(StringComparer.Ordinal));
            foreach (var notification in inbox.Items)
            {
                ends.Add(await EndOfAsync(queue, Delivery.IdOf(notification.Id, DeliveryChannel.Email), cancellationToken));
            }
        }

        return ends;
    }

    private static async Task<DeliveryDetails> EndOfAsync(SqliteDeliveryQueue queue, string id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = await queue.FindAsync(ServerProcess.Tenant, id, cancellationToken);
            found.ShouldNotBeNull($"{id} was never queued");
            if (DeliveryStateTable.IsFinal(found.Row.Progress.State))
            {
                return found;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }
    }

    private static ServerStart Start(SmtpPeer peer) => new()
    {
        Arguments =
        [
            $"--Channels:Email:From=Shop <no-reply@{Domain}>", "--Channels:Email:Connections=4", "--Delivery:Concurrency=4", "--Delivery:LeaseSeconds=3", "--Gateway:DrainSeconds=0",
        ],
        Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["MILEPOST__CHANNELS__EMAIL__SERVERS__0"] = peer.Server() },
    };

    private static int Setting(string name, int value) => int.Parse(Environment.GetEnvironmentVariable(name) ?? value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    // A long one stands on a line of its own behind the name (RFC 5322, 2.2.3).
    [GeneratedRegex(@"^Message-ID:\s*(?<id><[^>]+>)", RegexOptions.Multiline | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MessageIdLine();
}
