using System.Diagnostics;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>When a position can be served exactly. Everything else is a reset, never a silent gap.</summary>
internal static class ResumeRules
{
    /// <summary>Why the position cannot be served; null when it can.</summary>
    public static string? Refusal(StreamPosition position, StreamLocation location)
    {
        if (position.Epoch != location.Epoch)
        {
            return ResetCodes.EpochChanged;
        }

        if (position.Offset > location.Head.Offset)
        {
            return ResetCodes.PositionAhead;
        }

        if (position.Offset < location.First - 1)
        {
            return ResetCodes.PositionExpired;
        }

        // Directly before the oldest kept entry there is nothing left to compare with; the entries behind it are all there.
        return location.CheckAt is { } check && check != position.Check ? ResetCodes.HistoryChanged : null;
    }

    public static string Explain(string code) => code switch
    {
        ResetCodes.EpochChanged => "The data was replaced since this cursor was given out. Load the snapshot again.",
        ResetCodes.PositionAhead => "The cursor is ahead of the log. Load the snapshot again.",
        ResetCodes.PositionExpired => "Entries behind the cursor are no longer kept. Load the snapshot again.",
        ResetCodes.HistoryChanged => "The log is not the one that this cursor was given out for. Load the snapshot again.",
        _ => throw new UnreachableException(),
    };
}
