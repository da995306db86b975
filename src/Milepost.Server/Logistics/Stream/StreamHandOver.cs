using System.Threading.Channels;
using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Stream;

/// <summary>Hands on what was read, in order and as much at a time as there is. While it is behind, the reader waits, and with it the service.</summary>
internal sealed class StreamHandOver(string tenant, IFixSink sink, ILogisticsSignals signals, StreamProgress progress, Func<bool> mayHandOn)
{
    private const int MaxBatch = 1_000;

    // Full: nothing is lost, the reader waits and the connection's window closes.
    private readonly Channel<StreamMessage> _read = Channel.CreateBounded<StreamMessage>(new BoundedChannelOptions(4 * MaxBatch) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    public ValueTask AddAsync(StreamMessage message, CancellationToken cancellationToken) => _read.Writer.WriteAsync(message, cancellationToken);

    /// <summary>Nothing more comes.</summary>
    public void Complete() => _read.Writer.TryComplete();

    /// <summary>Hands on until everything was, or until we may not any more: then what is left belongs to whoever has the lease.</summary>
    public async Task RunAsync()
    {
        var fixes = new List<LocationFix>();
        while (await _read.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (_read.Reader.TryRead(out var message))
            {
                if (!mayHandOn())
                {
                    return;
                }

                if (message is StreamMessage.Location location)
                {
                    if (Count(location.Sequence))
                    {
                        fixes.Add(location.Fix);
                    }

                    if (fixes.Count < MaxBatch && _read.Reader.TryPeek(out var next) && next is StreamMessage.Location)
                    {
                        continue;
                    }
                }

                Offer(ref fixes);
                Take(message);
            }
        }
    }

    private void Offer(ref List<LocationFix> fixes)
    {
        if (fixes.Count > 0)
        {
            sink.Offer(tenant, fixes);
            LogisticsMetrics.Offered(fixes.Count);
            fixes = [];
        }
    }

    private void Take(StreamMessage message)
    {
        switch (message)
        {
            case StreamMessage.Hello hello:
                Missed(progress.Begin(hello.Newest) ? 1 : 0, count: false);
                break;
            case StreamMessage.Gap gap:
                progress.Skip(gap.To);
                LogisticsMetrics.Missed(gap.To - gap.From + 1);
                signals.Missed(tenant);
                break;
            case StreamMessage.Changed changed when Count(changed.Sequence):
                signals.Changed(tenant, changed.OrderId, changed.Document);
                break;
            case StreamMessage.Heartbeat beat when beat.Newest > progress.Last:
                // What should have come before it did not, the newest among it.
                Missed(progress.Advance(beat.Newest) + 1 ?? 0, count: true);
                break;
            default:
                break;
        }
    }

    // False: a number that cannot be. What came with it is not used.
    private bool Count(long sequence)
    {
        if (progress.Advance(sequence) is not { } missed)
        {
            LogisticsMetrics.MessageRefused("sequence");
            return false;
        }

        Missed(missed, count: true);
        return true;
    }

    private void Missed(long numbers, bool count)
    {
        if (numbers > 0)
        {
            LogisticsMetrics.Missed(count ? numbers : 0);
            signals.Missed(tenant);
        }
    }
}
