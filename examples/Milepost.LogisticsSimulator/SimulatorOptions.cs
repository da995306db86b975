using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Streets;

namespace Milepost.LogisticsSimulator;

/// <summary>How the simulated logistics service is set up.</summary>
public sealed record SimulatorOptions
{
    /// <summary>The port on 127.0.0.1; 0 = any free one.</summary>
    public int Port { get; init; }

    /// <summary>Decides everything that chance decides: the city, names, lights, errors of measurement.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// How many seconds pass in the city in one second, from 0.1 to 30. Drivers are really that much faster: locations, speeds and estimates
    /// agree with a clock on the wall, so a reader that refuses implausible speeds must allow 15 m/s times this.
    /// </summary>
    public double Speed { get; init; } = 1;

    /// <summary>The tenants; the token of each is <see cref="Simulator.TokenOf"/>.</summary>
    public IReadOnlyList<string> Tenants { get; init; } = ["demo"];

    /// <summary>How many drivers each tenant has at the start: d-1, d-2 and so on.</summary>
    public int Drivers { get; init; } = 20;

    /// <summary>The middle of the city; not within 20 degrees of a pole or the date line.</summary>
    public Place Centre { get; init; } = new(52.5208, 13.4095);

    /// <summary>The city is that many blocks wide and long, from 4 to 100.</summary>
    public int Blocks { get; init; } = 24;

    /// <summary>How often a driver's location comes.</summary>
    public TimeSpan FixInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When the stream says that it is still there because nothing else came; the contract allows 10 s at most.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many messages of a tenant can be resumed from.</summary>
    public int Kept { get; init; } = 1000;

    /// <summary>Decimal places of polylines, 5 or 6; said with each route.</summary>
    public int Precision { get; init; } = 5;

    /// <summary>Drivers who have nothing to do make up orders and deliver them.</summary>
    public bool Errands { get; init; }

    /// <summary>What goes wrong from the start.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>The time; timers of it move the drivers.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <exception cref="InvalidSettingException">Something is out of its range; the message names all of it.</exception>
    internal void Check()
    {
        List<string> wrong = [];
        Require(Port is >= 0 and <= 65535, $"port is {Port}; it is from 0 to 65535");
        Require(Speed is >= 0.1 and <= 30, $"speed is {Speed}; it is from 0.1 to 30");
        Require(Drivers is >= 0 and <= 10_000, $"drivers is {Drivers}; it is from 0 to 10000");
        Require(Tenants.Count > 0 && Tenants.Distinct(StringComparer.Ordinal).Count() == Tenants.Count && Tenants.All(tenant => tenant.Length is > 0 and <= 128), "tenants are not different names of 1 to 128 characters, at least one");
        Require(Math.Abs(Centre.Lat) <= 70 && Math.Abs(Centre.Lon) <= 160, "the centre is too near to a pole or the date line");
        Require(Blocks is >= 4 and <= 100, $"blocks is {Blocks}; it is from 4 to 100");
        Require(FixInterval >= TimeSpan.FromMilliseconds(100) && FixInterval <= TimeSpan.FromHours(1), $"the fix interval is {FixInterval}; it is from 0.1 s to an hour");
        Require(HeartbeatInterval >= TimeSpan.FromMilliseconds(100) && HeartbeatInterval <= TimeSpan.FromSeconds(10), $"the heartbeat interval is {HeartbeatInterval}; it is from 0.1 s to 10 s");
        Require(Kept is >= 1 and <= 1_000_000, $"kept is {Kept}; it is from 1 to 1000000");
        Require(Precision is 5 or 6, $"precision is {Precision}; it is 5 or 6");
        foreach (var fault in Faults)
        {
            fault.Check();
        }

        if (wrong.Count > 0)
        {
            throw new InvalidSettingException(string.Join("; ", wrong));
        }

        void Require(bool holds, string otherwise)
        {
            if (!holds)
            {
                wrong.Add(otherwise);
            }
        }
    }
}
