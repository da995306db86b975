using System.Diagnostics.Metrics;

namespace Milepost.Server.Telemetry;

/// <summary>What the server itself counts. No ids, tenants or names among the tags.</summary>
internal static class ServerMetrics
{
    public const string MeterName = "Milepost.Server";

    private static readonly Meter Meter = new(MeterName);

    /// <summary>Credentials that were not good, by the code of the answer.</summary>
    public static readonly Counter<long> CredentialsRefused = Meter.CreateCounter<long>("milepost.credential.refused", "{request}", "Requests whose credentials were missing or not good, by code");
}
