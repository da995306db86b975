using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Milepost.Protocol.Notifications;
using Milepost.Server.Hosting;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Server.Tests.Ingest.Kafka;

/// <summary>The whole server with Kafka, and without it.</summary>
public sealed class KafkaServerTests
{
    [Fact]
    public async Task A_paid_order_from_kafka_is_in_its_customers_inbox()
    {
        await using var cluster = new KafkaCluster();
        cluster.CreateTopic("order_paid");
        cluster.CreateTopic("order_status_updated");
        await cluster.SendAsync(
            "order_paid", "o-1", """{"specversion":"1.0","id":"e-1","source":"/shop","type":"order.paid","subject":"o-1","data":{"customer":{"id":"ann","name":"Ann"}}}""");
        await using var server = await TestServer.StartAsync(settings =>
        {
            settings.Kafka.Brokers = [.. cluster.Brokers];
            settings.Kafka.Tenant = TestServer.Tenant;
            settings.Kafka.DeadLetterTopic = "";
        });
        using var ann = server.Http(TestServer.Token("ann"));

        using var deadline = new CancellationTokenSource(Deadline.Default);
        NotificationPage page;
        do
        {
            // The page is what the customer sees; it tells no one when it changes.
            await Task.Delay(20, deadline.Token);
            page = (await (await ann.GetAsync($"/api/v1/{TestServer.Tenant}/notifications", deadline.Token)).JsonAsync<NotificationPage>())!;
        }
        while (page.Items.Count == 0);

        var notification = page.Items.ShouldHaveSingleItem();
        (notification.OrderId, notification.EventId).ShouldBe(("o-1", "e-1"));
        server.App.Services.GetServices<IReadinessPart>().Single(part => part.Name == "kafka").Current.State.ShouldBe(ReadinessState.Ready);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Librdkafka_is_loaded_where_brokers_are_named_and_nowhere_else(bool isNamed)
    {
        using var directory = new TempDirectory();
        var configuration = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(configuration.Parent!.Parent!.FullName, "Milepost.Server", configuration.Name, "milepost.dll");
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Take()}");
        string[] brokers = isNamed ? ["--Kafka:Brokers=127.0.0.1:1"] : [];
        using var process = Process.Start(new ProcessStartInfo("dotnet", [assembly, "serve", "--urls", address, $"--Storage:DataDirectory={directory.Path}", .. brokers])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line && !line.StartsWith("Milepost listens", StringComparison.Ordinal))
            {
                // Until it says that it serves.
            }

            var loaded = await File.ReadAllTextAsync($"/proc/{process.Id}/maps", deadline.Token);
            loaded.Contains("librdkafka", StringComparison.Ordinal).ShouldBe(isNamed);
            loaded.Contains("Confluent.Kafka.dll", StringComparison.Ordinal).ShouldBe(isNamed);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }
}
