using System.Globalization;
using System.Text.RegularExpressions;

namespace Milepost.Server.Channels.Email;

/// <summary>Where a conversation with an SMTP server stands: what it is about to answer to.</summary>
internal enum SmtpStage
{
    Greeting,
    Hello,
    StartTls,
    Authenticate,
    Reset,
    Sender,
    Recipient,
    Data,

    /// <summary>The final dot has been sent, or may have been.</summary>
    End,
}

/// <summary>What a server said.</summary>
/// <param name="Code">200 to 599.</param>
/// <param name="Enhanced">The enhanced status code (RFC 3463), for example <c>5.1.1</c>; empty where none was given.</param>
/// <param name="Lines">Its lines without codes; no control characters in them.</param>
internal sealed partial record SmtpReply(int Code, string Enhanced, IReadOnlyList<string> Lines)
{
    private const int MaxText = 500;

    /// <summary>For people and for the record of the attempt.</summary>
    public string Text
    {
        get
        {
            var text = string.Join(' ', ((string[])[Code.ToString(CultureInfo.InvariantCulture), Enhanced, .. Lines]).Where(part => part.Length > 0));
            return text.Length <= MaxText ? text : text[..MaxText];
        }
    }

    /// <summary>The server's name for a message that it took, where it tells one in one of the usual ways (Postfix, Exim, Amazon, Sendmail).</summary>
    public string? QueueId => Lines.Select(line => QueueName().Match(line)).FirstOrDefault(match => match.Success)?.Groups["id"].Value;

    /// <summary>Reads one line: the code, whether more lines follow, and the rest. False: that is no reply.</summary>
    public static bool TryLine(string line, out int code, out bool more, out string rest)
    {
        (code, more, rest) = (0, line.Length > 3 && line[3] == '-', line.Length > 4 ? line[4..] : "");
        return line.Length >= 3 && line[0] is >= '2' and <= '5' && char.IsAsciiDigit(line[1]) && char.IsAsciiDigit(line[2])
            && (line.Length == 3 || line[3] is '-' or ' ') && int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out code);
    }

    public static SmtpReply Of(int code, IReadOnlyList<string> lines)
    {
        var clean = lines.Select(line => string.Concat(line.Select(letter => char.IsControl(letter) ? ' ' : letter))).ToList();
        var match = EnhancedCode().Match(clean[0]);
        // "550 4.1.1" contradicts itself; the reply code is the one that every server means.
        return match.Success && match.Value[0] - '0' == code / 100
            ? new SmtpReply(code, match.Groups["code"].Value, [.. clean.Select(line => line.StartsWith(match.Groups["code"].Value, StringComparison.Ordinal) ? line[match.Groups["code"].Length..].TrimStart() : line)])
            : new SmtpReply(code, "", clean);
    }

    [GeneratedRegex(@"^(?<code>[245]\.[0-9]{1,3}\.[0-9]{1,3})( |$)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex EnhancedCode();

    [GeneratedRegex(@"queued as (?<id>[0-9A-Za-z.-]{4,80})|\bid=(?<id>[0-9A-Za-z.-]{4,80})|^Ok:? (?<id>[0-9a-f][0-9a-f-]{23,79})$|^(?<id>[0-9A-Za-z]{8,40}) Message accepted", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex QueueName();
}
