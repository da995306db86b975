using System.Text.RegularExpressions;

namespace Milepost.Server.Channels.Email;

/// <summary>What a reply means for the message.</summary>
internal enum SmtpClass
{
    /// <summary>Go on with the next command.</summary>
    Proceed,

    /// <summary>It is the server's now.</summary>
    Taken,
    Later,
    Down,
    AddressDead,
    Refused,

    /// <summary>The message is in the server's hands and this is no answer to that.</summary>
    Unknown,
}

/// <summary>
/// What each reply means at each stage, as a table: the first row that fits counts, and one always does (RFC 5321, 4.2 and 4.3; RFC 3463 for the
/// codes with dots). Stages: C while connecting (greeting to authentication, and reset), S sender, R recipient, D data, E end.
/// </summary>
internal static partial class SmtpTable
{
    private static readonly Row[] Rows =
    [
        // What goes well.
        new("C", "2yz", "", SmtpClass.Proceed),
        new("C", "334", "", SmtpClass.Proceed),
        new("SR", "2yz", "", SmtpClass.Proceed),
        new("D", "354", "", SmtpClass.Proceed),
        new("E", "2yz", "", SmtpClass.Taken),

        // The server as a whole: it ends the conversation, or does not talk to us like this. 421 to the final dot is a refusal too (RFC 5321, 3.8).
        new("C", "xyz", "", SmtpClass.Down),
        new("SRDE", "421", "", SmtpClass.Down),
        new("SRDE", "530", "", SmtpClass.Down),
        new("SRDE", "535", "", SmtpClass.Down),
        new("SRDE", "538", "", SmtpClass.Down),
        new("SRD", "500", "", SmtpClass.Down),
        new("SRD", "502", "", SmtpClass.Down),
        new("SRD", "503", "", SmtpClass.Down),

        // The address. A server that does not tell us with dots must say it in words: many answer 550 to a sender that they do not like.
        new("RE", "5yz", "5.1.1", SmtpClass.AddressDead),
        new("RE", "5yz", "5.1.2", SmtpClass.AddressDead),
        new("RE", "5yz", "5.1.3", SmtpClass.AddressDead),
        new("RE", "5yz", "5.1.6", SmtpClass.AddressDead),
        new("RE", "5yz", "5.1.10", SmtpClass.AddressDead),
        new("R", "556", "", SmtpClass.AddressDead),
        new("RE", "550", "", SmtpClass.AddressDead, InWords: true),
        new("RE", "551", "", SmtpClass.AddressDead, InWords: true),
        new("RE", "553", "", SmtpClass.AddressDead, InWords: true),

        // The message.
        new("SRDE", "4yz", "", SmtpClass.Later),
        new("SRDE", "5yz", "", SmtpClass.Refused),

        // Nonsense: a code that cannot stand there. Behind the final dot it says nothing of where the message is.
        new("SRD", "xyz", "", SmtpClass.Down),
        new("E", "xyz", "", SmtpClass.Unknown),
    ];

    public static SmtpClass ClassOf(SmtpStage stage, SmtpReply reply) => Rows.First(row => row.Fits(stage, reply)).Class;

    [GeneratedRegex(@"no such (user|person|address|mailbox|recipient|account)|(user|recipient|mailbox|account|address)( is)? (unknown|not found)|unknown (user|recipient|mailbox|account|address|local.part)|(does not|doesn't) exist|no mailbox|invalid (recipient|mailbox)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NoSuchAddress();

    private sealed record Row(string Stages, string Code, string Enhanced, SmtpClass Class, bool InWords = false)
    {
        public bool Fits(SmtpStage stage, SmtpReply reply) =>
            Stages.Contains(Letter(stage))
            && (Code == "xyz" || (Code.EndsWith("yz", StringComparison.Ordinal) ? reply.Code / 100 == Code[0] - '0' : reply.Code == int.Parse(Code)))
            && (Enhanced.Length == 0 || Enhanced == reply.Enhanced)
            && (!InWords || (reply.Enhanced.Length == 0 && NoSuchAddress().IsMatch(reply.Text)));

        private static char Letter(SmtpStage stage) => stage switch
        {
            SmtpStage.Sender => 'S',
            SmtpStage.Recipient => 'R',
            SmtpStage.Data => 'D',
            SmtpStage.End => 'E',
            _ => 'C',
        };
    }
}
