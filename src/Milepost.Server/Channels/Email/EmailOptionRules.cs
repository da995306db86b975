using System.Net;
using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels.Email;

/// <summary>What annotations cannot say about <c>Channels:Email</c>.</summary>
internal static class EmailOptionRules
{
    private const string Section = "Channels:Email";

    public static void Check(EmailOptions options, List<string> errors)
    {
        for (var index = 0; index < options.Servers.Count; index++)
        {
            if (SmtpServer.Parse(options.Servers[index], out var problem) is null)
            {
                // The entry may hold a password: it is not shown.
                errors.Add($"{Section}:Servers: the entry number {index + 1} {problem}.");
            }
        }

        if (options.From.Length > 0 ? EmailSender.Parse(options.From, out var from) is null : Missing(options, out from))
        {
            errors.Add($"{Section}:From: {from}.");
        }

        if (options.ReturnPath.Length > 0 && EmailAddress.Parse(options.ReturnPath, out var path) is null)
        {
            errors.Add($"{Section}:ReturnPath: must be an e-mail address; {path}.");
        }

        if (options.HostName.Length > 0 && EmailAddress.AsciiDomain(options.HostName) is null)
        {
            errors.Add($"{Section}:HostName: must be a host's name, for example mail.shop.example, not '{options.HostName}'.");
        }
    }

    /// <summary>What EHLO says. A machine whose name is none gives its address instead, as RFC 5321, 4.1.4, has it.</summary>
    public static string HostName(EmailOptions options) =>
        EmailAddress.AsciiDomain(options.HostName.Length > 0 ? options.HostName : Dns.GetHostName()) ?? "[127.0.0.1]";

    private static bool Missing(EmailOptions options, out string problem)
    {
        problem = $"must be set when {Section}:Servers is, for example Milepost <no-reply@shop.example>";
        return options.Servers.Count > 0;
    }
}

/// <summary>A sender: an address, and a name where there is one.</summary>
internal sealed record EmailSender(string? Name, EmailAddress Address)
{
    /// <summary>Reads <c>a@b</c> or <c>Name &lt;a@b&gt;</c>. Null: <paramref name="problem"/> says why.</summary>
    public static EmailSender? Parse(string text, out string problem)
    {
        var open = text.EndsWith('>') ? text.LastIndexOf('<') : -1;
        var address = EmailAddress.Parse(open >= 0 ? text[(open + 1)..^1] : text.Trim(), out problem);
        if (address is null or { NeedsUtf8: true })
        {
            problem = $"must be an e-mail address, or a name with one, for example Milepost <no-reply@shop.example>; {(address is null ? problem : "its local part must be ASCII")}";
            return null;
        }

        var name = open > 0 ? text[..open].Trim().Trim('"') : "";
        return new EmailSender(name.Length > 0 ? name : null, address);
    }
}
