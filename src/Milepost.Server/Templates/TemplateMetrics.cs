using System.Diagnostics.Metrics;
using Milepost.Protocol.Preferences;
using Milepost.Server.Telemetry;

namespace Milepost.Server.Templates;

/// <summary>What is counted of the templates.</summary>
internal static class TemplateMetrics
{
    private static readonly Meter Meter = new(ServerMetrics.MeterName);
    private static readonly Counter<long> Failed = Meter.CreateCounter<long>(
        "milepost.template.broken", "{rendering}", "Renderings for which ours took the place of a tenant's template, because that one cannot be rendered.");

    public static void Broken(NotificationChannel channel) => Failed.Add(1, new KeyValuePair<string, object?>("channel", TemplateNames.Wire(channel)));
}
