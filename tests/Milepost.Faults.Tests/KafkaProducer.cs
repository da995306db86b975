using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.Processes;
using Milepost.Protocol;
using Milepost.Protocol.Events;
using Milepost.Server.Tests.Ingest.Kafka;

namespace Milepost.Faults.Tests;

/// <summary>A shop that writes its events to Kafka, some of them twice, and now and then something that is no event.</summary>
internal sealed class KafkaProducer(string name, string tenant, KafkaCluster kafka, History history, Random random)
{
    private static readonly string[] Poison = ["{", "[]", "null", "\"text\"", "{\"specversion\":\"1.0\"}", "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"/x\",\"type\":\"order.unheard_of\",\"subject\":\"o\"}", "\ud83d\ude00"];
    private int _orders;

    /// <summary>How many messages were no events.</summary>
    public int Poisoned { get; private set; }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var order = string.Create(CultureInfo.InvariantCulture, $"{tenant}-{name}-{++_orders}");
            CloudEvent[] life =
            [
                Market.Placed(order, Market.Customer(tenant, random.Next(Market.Customers))),
                .. Enumerable.Range(1, Shop.Life.Count).Select(step => Market.Moved(order, step)),
            ];
            foreach (var recorded in life)
            {
                await SendAsync(order, recorded);

                // The shop's own pace.
                await Task.Delay(random.Next(20), CancellationToken.None);
                if (random.Next(8) == 0)
                {
                    await SendAsync(order, recorded);
                }

                if (random.Next(15) == 0)
                {
                    Poisoned++;
                    await kafka.SendAsync("order_status_updated", order, Poison[random.Next(Poison.Length)]);
                }
            }
        }
    }

    private async Task SendAsync(string order, CloudEvent recorded)
    {
        history.Call(name, Known.Invoked, tenant, [recorded.Id], "kafka");
        var message = JsonNode.Parse(JsonSerializer.SerializeToUtf8Bytes(recorded, ProtocolJson.Default.CloudEvent))!;
        message["tenant"] = tenant;

        // One topic for all of an order's events: that is what keeps them in order.
        while (true)
        {
            try
            {
                await kafka.SendAsync("order_status_updated", order, message.ToJsonString());
                history.Call(name, Known.Ok, tenant, [recorded.Id], "kafka");
                return;
            }
            catch (Exception failure) when (failure is TimeoutException or Confluent.Kafka.KafkaException)
            {
                history.Call(name, Known.Unknown, tenant, [recorded.Id], failure.GetType().Name);
            }
        }
    }
}
