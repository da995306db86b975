using System.Diagnostics;
using System.Globalization;
using System.Text;
using Milepost.Core.Deliveries;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.Webhook;

/// <summary>What a webhook's answer means.</summary>
internal static class WebhookTable
{
    private const int MaxKept = 500;

    // As much of a body as can still be shown when it is masked.
    private const int MaxRead = 2 * MaxKept;

    public static SendAnswer Of(OutgoingAnswer answer, TimeProvider time) => answer switch
    {
        OutgoingAnswer.Answered answered => Of(answered, time),
        // Whoever gave the address must change it; trying again maps our network for them.
        OutgoingAnswer.AddressRefused => new SendAnswer.Refused(OutgoingAnswer.AddressRefused.Text),
        OutgoingAnswer.NotReached away => new SendAnswer.Down(away.Reason),
        OutgoingAnswer.Lost lost => new SendAnswer.Unknown(lost.Reason),
        _ => throw new UnreachableException(),
    };

    private static SendAnswer Of(OutgoingAnswer.Answered answered, TimeProvider time) => (int)answered.Status switch
    {
        >= 200 and < 300 => new SendAnswer.Taken(Text(answered)),
        // Standard Webhooks: gone means that nothing is to be sent there any more.
        410 => new SendAnswer.AddressDead(Text(answered)),
        // Not followed: what is signed for one address is not another's.
        >= 300 and < 400 => new SendAnswer.Refused(Text(answered)),
        // A receiver that is being deployed answers anything; the schedule ends it.
        _ => new SendAnswer.Later(Text(answered), answered.RetryAfter(time)),
    };

    private static string Text(OutgoingAnswer.Answered answered)
    {
        var body = new string([.. Encoding.UTF8.GetString(answered.Body.Span[..Math.Min(answered.Body.Length, MaxRead)]).Select(letter => char.IsControl(letter) || char.IsSurrogate(letter) ? ' ' : letter)]).Trim();
        var text = AddressMask.Text(string.Create(CultureInfo.InvariantCulture, $"{(int)answered.Status} {body}").Trim());
        return text.Length <= MaxKept ? text : text[..MaxKept];
    }
}
