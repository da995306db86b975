using System.Net.WebSockets;
using Milepost.Processes;
using Milepost.Protocol.Streams;

namespace Milepost.Faults.Tests;

/// <summary>
/// A device that follows its customer's streams with nothing between: no repair, no removal of doubles. What the server sends is what is
/// judged. A steady one stays until its connection breaks; a restless one changes node and transport all the time.
/// </summary>
internal sealed class Follower(string name, string tenant, int customer, Func<Uri> address, HttpClient http, History history, Random random, bool isSteady, TimeProvider time)
{
    // Heartbeats come every 20 seconds; who hears nothing for longer sits on a dead connection.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(25);
    private readonly string _label = StreamLabels.Order(Market.LongOrder(tenant, customer));
    private readonly Ledger _ledger = new(name);
    private readonly List<double> _latencies = [];
    private string _cursor = "earliest";

    /// <summary>How long a token of this device lives; it mints a new one for each connection.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    public string Tenant => tenant;

    public string OrderLabel => _label;

    public string Customer { get; } = Market.Customer(tenant, customer);

    /// <summary>Which entry stood at which place, by the label of the stream.</summary>
    public Dictionary<(string Label, long Offset), string> View { get; } = [];

    public Ledger Ledger => _ledger;

    /// <summary>Milliseconds from the recording of an entry to its arrival, of those that came while this device was up to date.</summary>
    public IReadOnlyList<double> Latencies => _latencies;

    public int Connections { get; private set; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Connections++;
            using var connection = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var life = isSteady ? Silence : TimeSpan.FromMilliseconds(random.Next(200, 5000));
            connection.CancelAfter(life);
            var transport = (RawTransport)random.Next(3);
            try
            {
                await FollowAsync(transport, connection, life);
            }
            catch (Exception failure) when (failure is HttpRequestException or WebSocketException or IOException or OperationCanceledException)
            {
                // The network is bad; that is what this is about.
            }

            await PauseAsync(cancellationToken);
        }

        foreach (var breach in _ledger.Breaches)
        {
            history.Breach(name, breach);
        }
    }

    private async Task FollowAsync(RawTransport transport, CancellationTokenSource connection, TimeSpan life)
    {
        var expires = time.GetUtcNow() + TokenLifetime;
        var token = ServerProcess.TokenFor(tenant, Customer, TokenLifetime);
        var client = new RawClient(address(), token, http);
        var isLive = false;
        await foreach (var frame in client.ReadAsync(transport, $"notifications,{_label}", _cursor, connection.Token))
        {
            if (isSteady)
            {
                connection.CancelAfter(life);
            }

            // A connection ends with its token; a few seconds are for a busy machine.
            if (time.GetUtcNow() > expires + TimeSpan.FromSeconds(5))
            {
                history.Breach(name, $"got {frame.Type} long behind the end of its token");
            }

            isLive |= frame.Type == FrameTypes.Ready;
            Judge(transport, frame, isLive);
            _cursor = frame.Cursor ?? _cursor;
        }
    }

    private void Judge(RawTransport transport, ServerFrame frame, bool isLive)
    {
        if (frame.Type == FrameTypes.Reset || (frame.Type == FrameTypes.Error && frame.Retry != true))
        {
            _ledger.Breach($"{frame.Type} {frame.Code} over {transport}");
        }

        if (frame.Offset is not { } offset)
        {
            return;
        }

        _ledger.Saw(frame.Stream!, offset, transport.ToString());
        View[(frame.Stream!, offset)] = frame.Id!;
        if (isLive && frame.Time is { } recorded)
        {
            _latencies.Add((time.GetUtcNow() - recorded).TotalMilliseconds);
        }

        var other = tenant.EndsWith("-a", StringComparison.Ordinal) ? tenant[..^1] + "b" : tenant[..^1] + "a";
        if (frame.Data.GetRawText().Contains(other, StringComparison.Ordinal))
        {
            _ledger.Breach($"saw data of {other}: {frame.Data.GetRawText()}");
        }
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(random.Next(1, 200), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The loop ends.
        }
    }
}
