using Milepost.Client;
using Milepost.Client.Streams;
using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Workers;
using Milepost.Protocol.Streams;

namespace Milepost.LoadTest.Rides;

/// <summary>The viewers: each follows one order through the public SDK, and notes how old each place is when it is shown.</summary>
internal sealed class RideAudience(RideSettings settings, TokenSigner signer, Func<int, string> order, Func<int, string> customer, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Histogram _latencies = new();
    private int _connected;
    private long _outOfOrder;
    private volatile string? _trouble;

    public int Connected => Volatile.Read(ref _connected);

    public long OutOfOrder => Interlocked.Read(ref _outOfOrder);

    public long Shown => _latencies.Count;

    /// <summary>The newest reason for which somebody was not connected.</summary>
    public string? Trouble => _trouble;

    public Histogram Latencies()
    {
        lock (_gate)
        {
            return Histogram.Of(_latencies.ToNote());
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var handlers = Enumerable.Range(0, RidesRun.AddressOf(settings.Viewers - 1) + 1).Select(address => new ClientSockets(address).Handler()).ToList();
        var running = new List<Task>(settings.Viewers);
        var started = clock.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2), clock);
        try
        {
            while (running.Count < settings.Viewers && await timer.WaitForNextTickAsync(cancellationToken))
            {
                var due = Math.Min(settings.Viewers, (int)(clock.GetElapsedTime(started).TotalSeconds * settings.Load.ConnectRate));
                while (running.Count < due)
                {
                    running.Add(FollowAsync(running.Count, handlers[RidesRun.AddressOf(running.Count)], cancellationToken));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end came before everybody was there.
        }

        await Task.WhenAll(running);
        handlers.ForEach(handler => handler.Dispose());
    }

    private async Task FollowAsync(int viewer, HttpMessageHandler handler, CancellationToken cancellationToken)
    {
        var courier = viewer % settings.Couriers;
        var subject = customer(courier);
        var options = new MilepostClientOptions
        {
            BaseAddress = settings.Load.Urls[0],
            Tenant = settings.Load.Tenant,
            Token = _ => ValueTask.FromResult(signer.Sign(subject)),
            Transport = StreamTransport.WebSocket,
            Handler = new NodeRoute(settings.Load.Urls, viewer, handler),
            TimeProvider = clock,
        };
        await using var client = new MilepostClient(options);
        var newest = DateTimeOffset.MinValue;
        var isReady = false;
        try
        {
            await foreach (var message in client.Streams.FollowAsync(new FollowRequest { Streams = [StreamLabels.Order(order(courier))] }, cancellationToken))
            {
                switch (message)
                {
                    case StreamMessage.Ready:
                        isReady = Changed(isReady, to: true);
                        break;
                    case StreamMessage.ConnectionChanged { State: ConnectionState.Disconnected } gone:
                        _trouble = $"{gone.Reason}: {gone.Detail}";
                        isReady = Changed(isReady, to: false);
                        break;
                    case StreamMessage.Entry { Frame: { Type: FrameTypes.DriverLocationUpdated } frame }:
                        newest = Saw(frame, newest);
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end.
        }
        catch (MilepostException refused)
        {
            _trouble = $"{refused.Code}: {refused.Message}";
        }
        finally
        {
            Changed(isReady, to: false);
        }
    }

    private bool Changed(bool from, bool to)
    {
        Interlocked.Add(ref _connected, (to ? 1 : 0) - (from ? 1 : 0));
        return to;
    }

    /// <summary>Notes a place that was shown.</summary>
    /// <param name="frame">How it came.</param>
    /// <param name="newest">When the one before it was measured, for the same viewer.</param>
    /// <returns>When this one was.</returns>
    internal DateTimeOffset Saw(ServerFrame frame, DateTimeOffset newest)
    {
        var now = clock.GetUtcNow();
        var measured = frame.Data.GetProperty("location"u8).GetProperty("time"u8).GetDateTimeOffset();
        if (measured <= newest)
        {
            Interlocked.Increment(ref _outOfOrder);
        }

        lock (_gate)
        {
            _latencies.Add((long)(now - measured).TotalMicroseconds);
        }

        return measured;
    }
}
