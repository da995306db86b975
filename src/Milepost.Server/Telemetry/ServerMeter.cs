using System.Diagnostics.Metrics;

namespace Milepost.Server.Telemetry;

/// <summary>What the server itself counts. No ids, tenants or names among the tags.</summary>
internal static class ServerMeter
{
    private static readonly Meter Meter = new("Milepost.Server");

    /// <summary>Credentials that were not good, by the code of the answer.</summary>
    public static readonly Counter<long> CredentialsRefused = Meter.CreateCounter<long>("milepost.credential.refused", "{request}", "Requests whose credentials were missing or not good, by code");

    public static readonly UpDownCounter<long> AcknowledgementsPending =
        Meter.CreateUpDownCounter<long>("milepost.acknowledgement.pending", "{stream}", "Streams with confirmed positions that the store does not know yet");
}
