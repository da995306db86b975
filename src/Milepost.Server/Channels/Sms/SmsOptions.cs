using System.ComponentModel;
using Milepost.Server.Settings;

namespace Milepost.Server.Channels.Sms;

/// <summary>The section <c>Channels:Sms</c>.</summary>
internal sealed class SmsOptions
{
    [Description("The accounts that take our SMS, the first that works first: https://ACxxx:token@api.twilio.com?from=%2B4915100000000, or ?service=MGxxx for a messaging service. Empty: SMS go to the outbox.")]
    [Sensitive]
    public IList<string> Providers { get; set; } = [];

    [Description("Where SMS may go, by the first digits of the numbers: 49, 1; with - before them where they may not: -1242. The longest that fits decides. Empty: everywhere.")]
    public IList<string> Countries { get; set; } = [];
}

/// <summary>What annotations cannot say about <c>Channels:Sms</c>.</summary>
internal static class SmsOptionRules
{
    private const string Section = "Channels:Sms";

    public static void Check(SmsOptions options, List<string> errors)
    {
        for (var index = 0; index < options.Providers.Count; index++)
        {
            if (TwilioAccount.Parse(options.Providers[index], out var problem) is null)
            {
                // The entry may hold a token: it is not shown.
                errors.Add($"{Section}:Providers: the entry number {index + 1} {problem}.");
            }
        }

        errors.AddRange(options.Countries.Where(entry => !CallingCodes.IsEntry(entry)).Select(entry => $"{Section}:Countries: '{entry}' is not understood. {CallingCodes.Rule}"));
    }
}
