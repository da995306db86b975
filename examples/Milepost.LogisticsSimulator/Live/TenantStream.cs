using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Faults;

namespace Milepost.LogisticsSimulator.Live;

/// <summary>
/// Everything that a tenant is told, numbered; the newest messages are kept for those who resume. Called by one thread at a time, which
/// is how a connection gets what was kept and what comes without a hole between.
/// </summary>
internal sealed class TenantStream
{
    private readonly string _tenant;
    private readonly FaultSet _faults;
    private readonly TimeProvider _clock;
    private readonly SimulatorOptions _options;
    private readonly Queue<(long Sequence, string Text)> _kept = [];
    private readonly List<StreamConnection> _connections = [];
    private long _sequence;
    private long _dropped;
    private (long Sequence, string Text) _newest;
    private (long Sequence, string Text)? _heldBack;
    private bool _halfOpen;

    public TenantStream(string tenant, FaultSet faults, TimeProvider clock, SimulatorOptions options) =>
        (_tenant, _faults, _clock, _options) = (tenant, faults, clock, options);

    /// <summary>The number of the newest message.</summary>
    public long Sequence => _sequence;

    public int Connections => _connections.Count;

    public void Publish(Fix fix)
    {
        Skip(fix);
        Send(LocationMessage(fix), fix.DriverId, fix.Number);
        if (_faults.Find(FaultKind.Duplicates, _tenant, fix.DriverId, fix.Number) is { } fault)
        {
            Repeat(fix, fault);
        }
    }

    /// <summary>Says that an order has another route or estimate now.</summary>
    public void PublishChange(string type, string orderId, string driverId) => Send(new JsonObject { ["type"] = type, ["sequence"] = ++_sequence, ["orderId"] = orderId }, driverId, _sequence);

    /// <summary>Says hello and what came after <paramref name="after"/>, and from now on what comes.</summary>
    public void Join(StreamConnection connection, long? after)
    {
        _connections.Add(connection);
        if (_faults.Find(FaultKind.StreamSilence, _tenant) is not null)
        {
            connection.GotNoHello = true;
            return;
        }

        connection.Sent = _sequence;
        Write(connection, new JsonObject { ["type"] = "hello", ["sequence"] = _sequence, ["oldest"] = _dropped }.ToJsonString());
        if (after is not { } last || last >= _sequence)
        {
            return;
        }

        if (_faults.Find(FaultKind.ResumeRefused, _tenant) is not null)
        {
            Write(connection, Gap(last + 1, _sequence));
            return;
        }

        if (last < _dropped)
        {
            Write(connection, Gap(last + 1, _dropped));
        }

        foreach (var (sequence, text) in _kept)
        {
            if (sequence > last)
            {
                Write(connection, text);
            }
        }
    }

    public void Leave(StreamConnection connection) => _connections.Remove(connection);

    /// <summary>Says that it is still there to those who have heard nothing for long enough.</summary>
    public void Beat()
    {
        if (_faults.Find(FaultKind.StreamSilence, _tenant) is not null)
        {
            return;
        }

        foreach (var connection in _connections.Where(connection => !connection.GotNoHello && _clock.GetElapsedTime(connection.Wrote) >= _options.HeartbeatInterval).ToList())
        {
            Write(connection, new JsonObject { ["type"] = "heartbeat", ["sequence"] = connection.Sent }.ToJsonString());
        }
    }

    /// <summary>Half-open means those that are open when it begins; what cannot go on when a fault ends is broken off.</summary>
    public void FaultsChanged()
    {
        var halfOpen = _faults.Find(FaultKind.HalfOpen, _tenant) is not null;
        var silent = _faults.Find(FaultKind.StreamSilence, _tenant) is not null;
        var suddenClose = _faults.Find(FaultKind.SuddenClose, _tenant) is not null;
        foreach (var connection in _connections.ToList())
        {
            connection.SinceFault = suddenClose ? connection.SinceFault : 0;
            if (halfOpen && !_halfOpen)
            {
                connection.Freeze();
            }
            else if ((connection.Frozen && !halfOpen) || (connection.GotNoHello && !silent))
            {
                connection.Break();
            }
        }

        _halfOpen = halfOpen;
    }

    private void Skip(Fix fix)
    {
        if (_faults.Find(FaultKind.SequenceGap, _tenant, fix.DriverId, fix.Number) is not null)
        {
            _sequence += 3;
        }
    }

    private void Repeat(Fix fix, Fault fault)
    {
        var asTheSameMessage = (fix.Number + 1) / fault.Frequency % 2 == 1;
        if (asTheSameMessage)
        {
            Deliver(_newest.Sequence, _newest.Text);
            return;
        }

        Send(LocationMessage(fix), fix.DriverId, fix.Number);
    }

    private void Send(JsonObject message, string driverId, long n)
    {
        var sequence = _sequence;
        var text = MessageFaults.Message(_faults, _tenant, driverId, n, message);
        _newest = (sequence, text);
        _kept.Enqueue(_newest);
        while (_kept.Count > _options.Kept)
        {
            _dropped = _kept.Dequeue().Sequence;
        }

        if (_heldBack is { } earlier)
        {
            _heldBack = null;
            Deliver(sequence, text);
            Deliver(earlier.Sequence, earlier.Text);
        }
        else if (message["type"]?.GetValue<string>() == "location" && _faults.Find(FaultKind.Reordering, _tenant, driverId, n) is not null)
        {
            _heldBack = (sequence, text);
        }
        else
        {
            Deliver(sequence, text);
        }
    }

    private void Deliver(long sequence, string text)
    {
        if (_faults.Find(FaultKind.StreamSilence, _tenant) is not null)
        {
            return;
        }

        foreach (var connection in _connections.ToList())
        {
            if (connection.GotNoHello)
            {
                continue;
            }

            connection.Sent = Math.Max(connection.Sent, sequence);
            Write(connection, text);
            if (_faults.Find(FaultKind.SuddenClose, _tenant) is { } fault && ++connection.SinceFault >= fault.Frequency)
            {
                connection.BreakAfterSending();
            }
        }
    }

    private void Write(StreamConnection connection, string text)
    {
        connection.Wrote = _clock.GetTimestamp();
        connection.Write(text);
    }

    private JsonObject LocationMessage(Fix fix)
    {
        var message = new JsonObject
        {
            ["type"] = "location",
            ["sequence"] = ++_sequence,
            ["driverId"] = fix.DriverId,
            ["time"] = fix.Time,
            ["lat"] = Math.Round(fix.Place.Lat, 7),
            ["lon"] = Math.Round(fix.Place.Lon, 7),
            ["accuracy"] = fix.Accuracy,
            ["speed"] = fix.Speed,
        };
        if (fix.Heading is { } heading)
        {
            message["heading"] = heading;
        }

        return message;
    }

    private static string Gap(long from, long to) => new JsonObject { ["type"] = "gap", ["from"] = from, ["to"] = to }.ToJsonString();
}
