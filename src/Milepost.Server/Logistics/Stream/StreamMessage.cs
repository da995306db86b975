using Milepost.Core.Tracking;

namespace Milepost.Server.Logistics.Stream;

/// <summary>A message of the location stream (docs/protocol/logistics.asyncapi.yaml).</summary>
internal abstract record StreamMessage
{
    private StreamMessage()
    {
    }

    /// <param name="Newest">The number of the tenant's newest message.</param>
    /// <param name="Oldest">The lowest number that can be resumed from.</param>
    public sealed record Hello(long Newest, long Oldest) : StreamMessage;

    /// <summary>These numbers are lost to us.</summary>
    public sealed record Gap(long From, long To) : StreamMessage;

    public sealed record Location(long Sequence, LocationFix Fix) : StreamMessage;

    public sealed record Changed(long Sequence, string OrderId, OrderDocument Document) : StreamMessage;

    public sealed record Heartbeat(long Newest) : StreamMessage;

    /// <summary>Of a type that we do not know: passed over.</summary>
    public sealed record Other : StreamMessage;
}
