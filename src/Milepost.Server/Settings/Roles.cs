namespace Milepost.Server.Settings;

/// <summary>What a process does. One process can do everything; several can share the work.</summary>
[Flags]
internal enum Roles
{
    None = 0,

    /// <summary>Takes events and answers REST.</summary>
    Api = 1,

    /// <summary>Holds the live connections.</summary>
    Gateway = 2,

    /// <summary>Runs what nobody waits for: Kafka intake, deliveries, retention.</summary>
    Worker = 4,

    All = Api | Gateway | Worker,
}
