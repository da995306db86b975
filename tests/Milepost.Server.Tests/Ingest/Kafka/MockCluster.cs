using System.Runtime.InteropServices;
using System.Text;
using Milepost.Server.Ingest.Kafka;

namespace Milepost.Server.Tests.Ingest.Kafka;

/// <summary>The mock cluster within librdkafka (<c>rdkafka_mock.h</c>): brokers of the real protocol on ports of this machine, which can be taken down.</summary>
internal sealed partial class MockCluster : IDisposable
{
    private const string Library = "librdkafka.so.1";
    private readonly nint _client;
    private readonly nint _cluster;

    public MockCluster(int brokers)
    {
        LibRdKafka.Ensure();
        var error = new byte[512];
        _client = rd_kafka_new(0, rd_kafka_conf_new(), error, error.Length);
        _cluster = _client == 0 ? throw new InvalidOperationException(Encoding.UTF8.GetString(error)) : rd_kafka_mock_cluster_new(_client, brokers);
        Brokers = Marshal.PtrToStringUTF8(rd_kafka_mock_cluster_bootstraps(_cluster))!.Split(',');
    }

    public IReadOnlyList<string> Brokers { get; }

    public void CreateTopic(string name, int partitions) => Check(rd_kafka_mock_topic_create(_cluster, name, partitions, Brokers.Count));

    /// <summary>Closes a broker's port and its connections; brokers count from 1.</summary>
    public void Down(int broker) => Check(rd_kafka_mock_broker_set_down(_cluster, broker));

    public void Up(int broker) => Check(rd_kafka_mock_broker_set_up(_cluster, broker));

    public void Dispose()
    {
        rd_kafka_mock_cluster_destroy(_cluster);
        rd_kafka_destroy(_client);
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException($"The mock cluster answered {error}.");
        }
    }

    [LibraryImport(Library)]
    private static partial nint rd_kafka_conf_new();

    [LibraryImport(Library)]
    private static partial nint rd_kafka_new(int type, nint configuration, [Out] byte[] error, nint errorSize);

    [LibraryImport(Library)]
    private static partial void rd_kafka_destroy(nint client);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_new(nint client, int brokers);

    [LibraryImport(Library)]
    private static partial void rd_kafka_mock_cluster_destroy(nint cluster);

    [LibraryImport(Library)]
    private static partial nint rd_kafka_mock_cluster_bootstraps(nint cluster);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rd_kafka_mock_topic_create(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_down(nint cluster, int broker);

    [LibraryImport(Library)]
    private static partial int rd_kafka_mock_broker_set_up(nint cluster, int broker);
}
