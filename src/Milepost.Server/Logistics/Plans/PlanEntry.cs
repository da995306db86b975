namespace Milepost.Server.Logistics.Plans;

/// <summary>A part of a plan and when it is to be fetched again.</summary>
internal enum PlanPart
{
    Eta,
    Route,
    Driver,
}

/// <summary>What is kept of one order that somebody wants to know about.</summary>
internal sealed class PlanEntry(PlanWish wish, long now)
{
    private readonly Lock _gate = new();
    private readonly PartState[] _parts = [new(), new(), new()];
    private PlanWish _wish = wish;
    private long _wantedAt = now;
    private volatile OrderPlan _plan = OrderPlan.Empty;

    public OrderPlan Plan => _plan;

    public long WantedAt => Volatile.Read(ref _wantedAt);

    public void Want(PlanWish wish, long now)
    {
        Volatile.Write(ref _wantedAt, now);
        lock (_gate)
        {
            if (wish.DriverId != _wish.DriverId)
            {
                // Another driver comes: nothing of the one before may be shown as this one's.
                _plan = OrderPlan.Empty;
                Array.ForEach(_parts, part => part.Mark());
            }
            else if (wish.Destination != _wish.Destination)
            {
                _parts[(int)PlanPart.Route].Mark();
                _parts[(int)PlanPart.Eta].Mark();
            }

            _wish = wish;
        }
    }

    /// <summary>It changed: fetch it again, also when that is just being done.</summary>
    public void Mark(PlanPart part)
    {
        lock (_gate)
        {
            _parts[(int)part].Mark();
        }
    }

    /// <summary>Which part has been due for longest, and when it was last fetched; null: none is due.</summary>
    /// <param name="now">The time, as <see cref="TimeProvider.GetTimestamp"/>.</param>
    /// <param name="ages">For each part, how old it may become, in the same unit.</param>
    public (PlanPart Part, long Since)? Due(long now, ReadOnlySpan<long> ages)
    {
        lock (_gate)
        {
            (PlanPart Part, long Since)? due = null;
            for (var index = 0; index < _parts.Length; index++)
            {
                if (_parts[index].IsDue(now, ages[index]) && (index != (int)PlanPart.Driver || _wish.DriverId is not null) && !(due?.Since <= _parts[index].Begun))
                {
                    due = ((PlanPart)index, _parts[index].Begun);
                }
            }

            return due;
        }
    }

    /// <summary>A fetch begins: the part is its own until <see cref="Done"/>.</summary>
    public PlanWish Begin(PlanPart part, long now)
    {
        lock (_gate)
        {
            _parts[(int)part].Begin(now);
            return _wish;
        }
    }

    /// <summary>A fetch ended.</summary>
    /// <param name="part">Of this part.</param>
    /// <param name="driverId">Whom the order was with when it began: what was learnt of another one is not used.</param>
    /// <param name="change">What was learnt.</param>
    /// <returns>Whether the order has another route or estimate than before, or the service says for the first time that it has none.</returns>
    public bool Done(PlanPart part, string? driverId, Func<OrderPlan, OrderPlan> change)
    {
        lock (_gate)
        {
            _parts[(int)part].End();
            if (driverId != _wish.DriverId)
            {
                return false;
            }

            var before = _plan;
            _plan = change(before);

            // A route that was read again is the same one.
            return _plan.Eta != before.Eta || _plan.ServiceHasNoEta != before.ServiceHasNoEta || (_plan.Route?.Version, _plan.Route?.Source) != (before.Route?.Version, before.Route?.Source);
        }
    }

    private sealed class PartState
    {
        private bool _marked = true;
        private bool _busy;

        public long Begun { get; private set; } = long.MinValue;

        public void Mark() => _marked = true;

        public bool IsDue(long now, long age) => !_busy && (_marked || now - Begun >= age);

        public void Begin(long now) => (_busy, _marked, Begun) = (true, false, now);

        public void End() => _busy = false;
    }
}
