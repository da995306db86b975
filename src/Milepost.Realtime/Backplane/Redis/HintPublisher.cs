using System.Threading.Channels;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>Sends hints through one connection, behind whoever commits: many at a time, and never more under way than the window.</summary>
internal sealed class HintPublisher(RedisConnection connection, Func<long> epoch, TimeProvider time)
{
    private const int Window = 1024;
    private const long BytesLimit = 32 * 1024 * 1024;

    // Hints that do not fit are dropped and not waited for: the commit has happened, and the head check of the other nodes finds the entry.
    private readonly Channel<(StreamName Stream, byte[] Message)> _queue = Channel.CreateBounded<(StreamName, byte[])>(
        new BoundedChannelOptions(16 * 1024) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    private long _bytes;

    public void Add(StreamName stream, byte[] message)
    {
        // While Redis is away nobody hears it, and behind the outage every head is looked up.
        if (!connection.IsHealthy || !TryReserve(message.Length))
        {
            RealtimeMetrics.Dropped.Add(1);
        }
        else if (!_queue.Writer.TryWrite((stream, message)))
        {
            Interlocked.Add(ref _bytes, -message.Length);
            RealtimeMetrics.Dropped.Add(1);
        }
    }

    /// <summary>Sends until cancelled; what was added before still goes out, if Redis takes it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var end = cancellationToken.Register(() => _queue.Writer.TryComplete());
        var window = new List<Task>(Window);
        while (await _queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (window.Count < Window && _queue.Reader.TryRead(out var hint))
            {
                Interlocked.Add(ref _bytes, -hint.Message.Length);
                window.Add(connection.PublishAsync(HintMessage.Channel(epoch(), hint.Stream), hint.Message));
            }

            if (!await SettleAsync(window) && cancellationToken.IsCancellationRequested)
            {
                return;
            }

            window.Clear();
        }
    }

    private bool TryReserve(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= BytesLimit)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>False: Redis did not take all of them.</summary>
    private async Task<bool> SettleAsync(List<Task> window)
    {
        try
        {
            await Task.WhenAll(window).WaitAsync(RedisConnection.Silence, time);
            RealtimeMetrics.Sent.Add(window.Count);
            return true;
        }
        catch (Exception failure) when (RedisConnection.IsOutage(failure))
        {
            var sent = window.Count(task => task.IsCompletedSuccessfully);
            RealtimeMetrics.Sent.Add(sent);
            RealtimeMetrics.Dropped.Add(window.Count - sent);
            return false;
        }
    }
}
