namespace Milepost.LogisticsSimulator.Faults;

/// <summary>What goes wrong now; can be changed at any time, from any thread.</summary>
public sealed class FaultSet
{
    private readonly Lock _gate = new();
    private readonly IReadOnlyCollection<string> _tenants;
    private volatile Fault[] _faults = [];

    internal FaultSet(IReadOnlyCollection<string> tenants) => _tenants = tenants;

    /// <summary>Told after every change, on the thread that made it.</summary>
    internal Action? Changed { get; set; }

    /// <summary>All faults.</summary>
    public IReadOnlyList<Fault> Current => _faults;

    /// <summary>Lets something go wrong as well; a fault of the same kind, tenant and driver is replaced.</summary>
    /// <exception cref="InvalidSettingException">It cannot be so, or there is no such tenant.</exception>
    public void Add(Fault fault)
    {
        Check(fault);
        Change(faults => [.. faults.Where(other => !Same(other, fault)), fault]);
    }

    /// <summary>Lets something go wrong as well, as often and as long as is usual for it.</summary>
    /// <exception cref="InvalidSettingException">It cannot be so, or there is no such tenant.</exception>
    public void Add(FaultKind kind, string? tenant = null, string? driverId = null) => Add(new Fault(kind, tenant, driverId));

    /// <summary>Ends all faults of a kind.</summary>
    public void Remove(FaultKind kind) => Change(faults => [.. faults.Where(fault => fault.Kind != kind)]);

    /// <summary>Ends what goes wrong and begins what is given.</summary>
    /// <exception cref="InvalidSettingException">One cannot be so, or there is no such tenant; nothing is changed.</exception>
    public void Replace(IReadOnlyCollection<Fault> faults)
    {
        foreach (var fault in faults)
        {
            Check(fault);
        }

        Change(_ => [.. faults]);
    }

    /// <summary>Ends everything that goes wrong.</summary>
    public void Clear() => Replace([]);

    internal Fault? Find(FaultKind kind, string? tenant, string? driverId = null)
    {
        foreach (var fault in _faults)
        {
            if (fault.Kind == kind && fault.Concerns(tenant, driverId))
            {
                return fault;
            }
        }

        return null;
    }

    /// <summary>The fault of the kind that hits the n-th of its kind.</summary>
    internal Fault? Find(FaultKind kind, string? tenant, string? driverId, long n) => Find(kind, tenant, driverId) is { } fault && fault.Hits(n) ? fault : null;

    private void Change(Func<Fault[], Fault[]> change)
    {
        lock (_gate)
        {
            _faults = change(_faults);
        }

        Changed?.Invoke();
    }

    private void Check(Fault fault)
    {
        fault.Check();
        if (fault.Tenant is { } tenant && !_tenants.Contains(tenant, StringComparer.Ordinal))
        {
            throw new InvalidSettingException($"{FaultNames.Of(fault.Kind)}: there is no tenant \"{tenant}\"");
        }
    }

    private static bool Same(Fault left, Fault right) => left.Kind == right.Kind && left.Tenant == right.Tenant && left.DriverId == right.DriverId;
}
