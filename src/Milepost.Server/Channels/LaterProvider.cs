using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Recording;

namespace Milepost.Server.Channels;

/// <summary>
/// Makes a notification whose time has come, by recording it: its identity says that it was asked for once, however often this is tried.
/// </summary>
internal sealed class LaterProvider(EventRecorder recorder) : IProvider
{
    public string Name => "recorder";

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var requested = message.Data!.Value.Deserialize(CoreJson.Default.RecordedEvent)!;
        var due = requested with { Id = requested.Id + ":due", Message = requested.Message! with { SendAt = null } };
        return await recorder.RecordAsync([due], cancellationToken) switch
        {
            RecordResult.Recorded { Outcomes: [RecordOutcome.Rejected refused] } => new SendAnswer.Refused(refused.Detail),
            RecordResult.Recorded => new SendAnswer.Taken("recorded"),
            RecordResult.Busy => new SendAnswer.Later("Too much waits to be recorded."),
            RecordResult.Unavailable away => new SendAnswer.Unknown(away.Reason),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }
}
