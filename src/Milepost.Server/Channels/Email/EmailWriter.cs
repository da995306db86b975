using System.Globalization;
using System.Text;
using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels.Email;

/// <summary>An e-mail, ready to be handed over.</summary>
/// <param name="Sender">The envelope's sender.</param>
/// <param name="Recipient">To whom.</param>
/// <param name="NeedsUtf8">Only a server with SMTPUTF8 can take it.</param>
/// <param name="Text">Header and body as SMTP sends them: lines end with CRLF, dots at their beginning are doubled, and it ends with a whole line.</param>
internal sealed record Email(EmailAddress Sender, EmailAddress Recipient, bool NeedsUtf8, ReadOnlyMemory<byte> Text);

/// <summary>Writes messages as Internet mail (RFC 5322, MIME).</summary>
internal sealed class EmailWriter(EmailOptions options, TimeProvider time)
{
    private const int MaxName = 100;
    private const int MaxSubject = 200;

    // A line of a header has 998 characters at most (RFC 5322, 2.1.1), and an address of the web cannot be folded.
    private const int MaxUrl = 900;

    private readonly EmailSender? _sender = EmailSender.Parse(options.From, out _);

    /// <summary>Null: it can never be sent, as <paramref name="refused"/> says.</summary>
    public Email? Write(OutgoingMessage message, out SendAnswer? refused)
    {
        refused = null;
        if (EmailAddress.Parse(message.Address, out var problem) is not { } recipient)
        {
            refused = new SendAnswer.AddressDead($"not an e-mail address: {problem}");
            return null;
        }

        if (SenderOf(message) is not { } sender)
        {
            refused = new SendAnswer.Refused("the tenant's FromEmail is not an e-mail address");
            return null;
        }

        var unsubscribe = message.UnsubscribeUrl is { } url ? WebAddress(url) : null;
        if (message.UnsubscribeUrl is not null && unsubscribe is null)
        {
            refused = new SendAnswer.Refused("the address that ends such mails is not one of the web");
            return null;
        }

        var returnPath = options.ReturnPath.Length > 0 ? EmailAddress.Parse(options.ReturnPath, out _)! : sender.Address;
        var text = new StringBuilder();
        WriteHeader(text, message, sender, recipient, unsubscribe);
        WriteBody(text, message);
        return new Email(returnPath, recipient, recipient.NeedsUtf8, Stuffed(text.ToString()));
    }

    private void WriteHeader(StringBuilder text, OutgoingMessage message, EmailSender sender, EmailAddress recipient, string? unsubscribe)
    {
        var domain = (_sender ?? sender).Address.Domain;
        text.Append(CultureInfo.InvariantCulture, $"Date: {time.GetUtcNow():ddd, dd MMM yyyy HH:mm:ss} +0000\r\n");
        text.Append(HeaderText.Mailbox("From", Cleaned(sender.Name), sender.Address.ToString()));
        text.Append(HeaderText.Mailbox("To", Cleaned(message.Name), recipient.ToString()));
        if (message.Brand.SupportEmail is { } support && EmailAddress.Parse(support, out _) is { NeedsUtf8: false } reply)
        {
            text.Append(HeaderText.Mailbox("Reply-To", null, reply.ToString()));
        }

        text.Append(HeaderText.Field("Subject", HeaderText.Clean(message.Title, MaxSubject)));
        text.Append(CultureInfo.InvariantCulture, $"Message-ID: {EmailIds.OfDelivery(message.Tenant, message.DeliveryId, domain)}\r\n");
        if (message.OrderId is { } order)
        {
            var thread = EmailIds.OfOrder(message.Tenant, order, domain);
            text.Append(CultureInfo.InvariantCulture, $"In-Reply-To: {thread}\r\nReferences: {thread}\r\n");
        }

        if (unsubscribe is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"List-Unsubscribe: <{unsubscribe}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
        }

        text.Append("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    }

    private static void WriteBody(StringBuilder text, OutgoingMessage message)
    {
        if (message.Html is null)
        {
            WritePart(text, "plain", message.Text);
            return;
        }

        // The last part is the one that is shown where it can be.
        var boundary = EmailIds.Boundary(message.Tenant, message.DeliveryId);
        text.Append(CultureInfo.InvariantCulture, $"Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n");
        WritePart(text, "plain", message.Text);
        text.Append(CultureInfo.InvariantCulture, $"--{boundary}\r\n");
        WritePart(text, "html", message.Html);
        text.Append(CultureInfo.InvariantCulture, $"--{boundary}--\r\n");
    }

    private static void WritePart(StringBuilder text, string kind, string content)
    {
        var (encoding, encoded) = BodyText.Encode(content);
        text.Append(CultureInfo.InvariantCulture, $"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{encoded}");
    }

    private EmailSender? SenderOf(OutgoingMessage message)
    {
        if (message.Brand.FromEmail is not { } own)
        {
            return _sender is null ? null : _sender with { Name = message.Brand.Name ?? _sender.Name };
        }

        return EmailAddress.Parse(own, out _) is { NeedsUtf8: false } address ? new EmailSender(message.Brand.Name, address) : null;
    }

    private static string? Cleaned(string? name) => name is null ? null : HeaderText.Clean(name, MaxName);

    private static string? WebAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http" && uri.AbsoluteUri is { Length: <= MaxUrl } written
            && written.All(letter => letter is > ' ' and <= '~' and not ('<' or '>')) ? written : null;

    private static byte[] Stuffed(string text)
    {
        var stuffed = text.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(stuffed);
    }
}
