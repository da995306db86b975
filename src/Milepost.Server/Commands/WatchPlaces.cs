using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;

namespace Milepost.Server.Commands;

/// <summary>
/// Prints where the drivers of orders are. Of what comes faster than it is read (<see cref="WatchLines.PlacesApart"/>) the newest is printed, and the last
/// one always.
/// </summary>
internal sealed class WatchPlaces(WatchLines lines, TimeProvider time) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Followed> _streams = new(StringComparer.Ordinal);

    /// <summary>What is expected of an order from now on.</summary>
    public void Expect(string stream, Eta? eta)
    {
        lock (_lock)
        {
            Of(stream).Eta = eta;
        }
    }

    /// <summary>Takes from an entry what it says of the time of arrival.</summary>
    public void Heard(ServerFrame entry)
    {
        if (entry is { Stream: { } stream, Type: FrameTypes.OrderStatusChanged or FrameTypes.OrderEtaUpdated or FrameTypes.OrderUpdated })
        {
            try
            {
                Expect(stream, entry.Data.Deserialize(ProtocolJson.Default.OrderChanged)?.Eta);
            }
            catch (JsonException)
            {
                // A server of a later version may say more than this program knows: what was expected stays.
            }
        }
    }

    /// <summary>A <c>driver.location.updated</c>.</summary>
    public void Take(ServerFrame frame)
    {
        lock (_lock)
        {
            var followed = Of(frame.Stream!);
            followed.Waiting = frame;
            if (followed.Pause is null)
            {
                Show(followed);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var followed in _streams.Values)
            {
                followed.Pause?.Dispose();
                followed.Waiting = null;
            }
        }
    }

    private Followed Of(string stream)
    {
        if (!_streams.TryGetValue(stream, out var followed))
        {
            _streams[stream] = followed = new Followed();
        }

        return followed;
    }

    private void Show(Followed followed)
    {
        lines.Place(followed.Waiting!, followed.Eta, time.GetUtcNow());
        followed.Waiting = null;
        if (lines.PlacesApart > TimeSpan.Zero)
        {
            followed.Pause = time.CreateTimer(_ => Over(followed), state: null, lines.PlacesApart, Timeout.InfiniteTimeSpan);
        }
    }

    private void Over(Followed followed)
    {
        lock (_lock)
        {
            followed.Pause?.Dispose();
            followed.Pause = null;
            if (followed.Waiting is not null)
            {
                Show(followed);
            }
        }
    }

    private sealed class Followed
    {
        public Eta? Eta { get; set; }

        public ServerFrame? Waiting { get; set; }

        public ITimer? Pause { get; set; }
    }
}
