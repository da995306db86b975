using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Milepost.Server.Settings;

namespace Milepost.Server.Channels.Email;

/// <summary>The section <c>Channels:Email</c>.</summary>
internal sealed class EmailOptions
{
    [Description("The SMTP servers that take our mail, the first that works first: smtp://user:password@relay.example:587?tls=required, or smtps:// for TLS from the start. tls is required (default), opportunistic or off; ca=/path names a file of certificates to trust. Empty: mail goes to the outbox.")]
    [Sensitive]
    public IList<string> Servers { get; set; } = [];

    [Description("The sender where a tenant has none of its own: an address, or a name with an address, for example Milepost <no-reply@shop.example>. Its domain stands in Message-IDs.")]
    public string From { get; set; } = "";

    [Description("Where servers return what they cannot deliver (the envelope's sender). Empty: the sender's address.")]
    public string ReturnPath { get; set; } = "";

    [Description("The name with which this process greets SMTP servers. Empty: the machine's.")]
    public string HostName { get; set; } = "";

    [Description("How many connections to one SMTP server are open at a time.")]
    [Range(1, 256)]
    public int Connections { get; set; } = 16;

    [Description("How long an SMTP server may take to be connected to, in seconds.")]
    [Range(1, 60)]
    public int ConnectSeconds { get; set; } = 5;

    [Description("How long it may take until a message has been handed over, with connecting, in seconds.")]
    [Range(2, 300)]
    public int HandOverSeconds { get; set; } = 12;

    [Description("How long the answer to a message that was handed over is waited for, in seconds.")]
    [Range(1, 600)]
    public int AnswerSeconds { get; set; } = 15;
}
