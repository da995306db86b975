using System.Text;
using Milepost.Core.Tenants;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Email;
using Milepost.Testing;

namespace Milepost.Channels.Tests.Email;

/// <summary>What we write, as another implementation reads it.</summary>
public sealed class EmailWriterTests(MailParser parser) : IClassFixture<MailParser>
{
    private static readonly string[] Fields =
        ["Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

    private readonly EmailWriter _writer = new(Mails.Options(), new FakeClock(Mails.Now));

    /// <summary>What people and attackers put into names, subjects and texts, and what a reader should see of it in one line.</summary>
    public static TheoryData<string, string> Naughty => new()
    {
        { "Ada Lovelace", "Ada Lovelace" },
        { "Ada \"The Countess\" Lovelace \\ Byron", "Ada \"The Countess\" Lovelace \\ Byron" },
        { "J\u00fcrgen Gro\u00df", "J\u00fcrgen Gro\u00df" },
        { "\u5f20\u4f1f", "\u5f20\u4f1f" },
        { "\u0639\u0628\u062f \u0627\u0644\u0644\u0647", "\u0639\u0628\u062f \u0627\u0644\u0644\u0647" },
        { "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67 parcel \ud83d\udce6", "\ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67 parcel \ud83d\udce6" },
        { "x\r\nBcc: victim@example.org", "x Bcc: victim@example.org" },
        { "x\nBcc: victim@example.org\n\nhello", "x Bcc: victim@example.org hello" },
        { "x\rBcc: victim@example.org", "x Bcc: victim@example.org" },
        { "x\r\n\r\n<html>", "x <html>" },
        { "x\0y\u0001z\u007f", "x y z" },
        { "x\u0085Bcc: a@b\u2028Bcc: a@b\u2029y", "x Bcc: a@b Bcc: a@b y" },
        { "x\u000bBcc: a\u000cb", "x Bcc: a b" },
        { "lone \ud800 and \udc00 halves", "lone \ufffd and \ufffd halves" },
        { "=?utf-8?B?QmNjOiB2aWN0aW1AZXhhbXBsZS5vcmc=?=", "=?utf-8?B?QmNjOiB2aWN0aW1AZXhhbXBsZS5vcmc=?=" },
        { "=?utf-8?Q?=0D=0ABcc:_a@b?=", "=?utf-8?Q?=0D=0ABcc:_a@b?=" },
        { "a, b; c: <d@example.org> (comment)", "a, b; c: <d@example.org> (comment)" },
        { "\"><script>alert(1)</script>", "\"><script>alert(1)</script>" },
        { "invoice\u202efdp.exe", "invoicefdp.exe" },
        { "\u2066isolated\u2069", "isolated" },
        { "   spaces \t around  ", "spaces around" },
        { ".", "." },
        { "{{7*7}} ${7*7} %s %n", "{{7*7}} ${7*7} %s %n" },
        { new string('w', 90), new string('w', 90) },
        { string.Concat(Enumerable.Repeat("\u00e4 ", 45)), string.Concat(Enumerable.Repeat("\u00e4 ", 45)).TrimEnd() },
    };

    [Theory]
    [MemberData(nameof(Naughty))]
    public async Task Whatever_names_and_subjects_hold_it_stays_where_it_belongs(string text, string seen)
    {
        var mail = await ParseAsync(Mails.To("ada@example.org", text, text, text) with { Brand = new TenantBrand { Name = text } });

        mail.Header("Subject").ShouldBe(seen);
        mail.Mailboxes["to"].ShouldBe([new ParsedMailbox(seen, "ada@example.org")]);
        mail.Mailboxes["from"].ShouldBe([new ParsedMailbox(seen, "no-reply@shop.example")]);
        mail.Headers.Select(header => header[0]).ShouldBe(Fields);
    }

    public static TheoryData<string> Bodies =>
    [
        "plain",
        "",
        "\n\nempty lines\n\n",
        ".\n..\n.dots\n\n.\n",
        "\r\n.\r\nMAIL FROM:<a@b>\r\n",
        "smuggled\n.\r\nMAIL FROM:<a@b>\r\n\r.\r\n\r.\n",
        "From somebody\nFrom: somebody",
        "trailing space \nand tab\t\nend ",
        "= equals =3D =\n",
        new string('x', 5_000),
        string.Concat(Enumerable.Repeat("word ", 1_000)),
        "J\u00fcrgen, dein Paket \ud83d\udce6 kommt um 14:30.\n\u5f20\u4f1f",
        string.Concat(Enumerable.Repeat("\u5305\u88f9\u5df2\u9001\u8fbe\u3002\n", 50)),
        string.Concat(Enumerable.Repeat("\ud83d\udce6", 400)),
        "nul \0 bell \u0007 escape \u001b[31m next line \u0085",
        "lone \ud800 half",
        "--=_0123456789\r\nContent-Type: text/html\r\n\r\n<b>",
    ];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Whatever_a_text_holds_both_parts_arrive_as_they_were(string text)
    {
        var mail = await ParseAsync(Mails.To("ada@example.org", text: text) with { Html = text });

        // What mail cannot carry: control characters, half pairs, and other ends of lines than its own.
        var seen = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(string.Concat(text.ReplaceLineEndings("\n").Where(letter => letter is '\n' or '\t' || !char.IsControl(letter)))));
        mail.Type.ShouldBe("multipart/alternative");
        mail.Parts.Select(part => (part.Type, part.Charset)).ShouldBe([("text/plain", "utf-8"), ("text/html", "utf-8")]);
        foreach (var part in mail.Parts)
        {
            part.Text.ReplaceLineEndings("\n").TrimEnd('\n').ShouldBe(seen.TrimEnd('\n'));
        }
    }

    [Fact]
    public async Task Everything_that_a_mailbox_needs_is_there()
    {
        var mail = await ParseAsync(Mails.To("ada@B\u00fccher.example", "Ada") with
        {
            OrderId = "o-17",
            Html = "<p>Hi</p>",
            UnsubscribeUrl = "https://track.shop.example/u/abc?x=1&y=\u00e4",
            Brand = new TenantBrand { Name = "Caf\u00e9 Blau", FromEmail = "hello@cafe.example", SupportEmail = "help@cafe.example" },
        });

        mail.Header("Date").ShouldBe("Sat, 21 Nov 2026 18:00:00 +0000");
        mail.Mailboxes["from"].ShouldBe([new ParsedMailbox("Caf\u00e9 Blau", "hello@cafe.example")]);
        mail.Mailboxes["to"].ShouldBe([new ParsedMailbox("Ada", "ada@xn--bcher-kva.example")]);
        mail.Mailboxes["reply-to"].ShouldBe([new ParsedMailbox("", "help@cafe.example")]);
        mail.Header("List-Unsubscribe").ShouldBe("<https://track.shop.example/u/abc?x=1&y=%C3%A4>");
        mail.Header("List-Unsubscribe-Post").ShouldBe("List-Unsubscribe=One-Click");
        mail.Header("Auto-Submitted").ShouldBe("auto-generated");
        mail.Header("In-Reply-To").ShouldBe(mail.Header("References"));
        mail.Header("In-Reply-To")!.ShouldStartWith("<order.");
    }

    [Fact]
    public async Task Attempts_of_a_delivery_have_one_name_and_deliveries_of_an_order_one_thread()
    {
        var first = await ParseAsync(Mails.To("ada@example.org") with { OrderId = "o-1" });
        var again = await ParseAsync(Mails.To("ada@example.org") with { OrderId = "o-1", Attempt = 2, Brand = new TenantBrand { FromEmail = "new@cafe.example" } });
        var next = await ParseAsync(Mails.To("ada@example.org", id: "20-0123456789abcdef.email") with { OrderId = "o-1" });
        var others = await ParseAsync(Mails.To("ada@example.org") with { OrderId = "o-1", Tenant = "globex" });
        var alone = await ParseAsync(Mails.To("ada@example.org"));

        again.Header("Message-ID").ShouldBe(first.Header("Message-ID"));
        next.Header("Message-ID").ShouldNotBe(first.Header("Message-ID"));
        next.Header("References").ShouldBe(first.Header("References"));
        others.Header("Message-ID").ShouldNotBe(first.Header("Message-ID"));
        others.Header("References").ShouldNotBe(first.Header("References"));
        alone.Header("References").ShouldBeNull();
    }

    [Theory]
    [InlineData("1f-0123456789abcdef.email")]
    [InlineData("..a..b.")]
    [InlineData("a b@c<d>\u00e4=\"")]
    public void The_delivery_can_be_read_back_from_the_message_s_name_by_its_tenant_only(string deliveryId)
    {
        var name = EmailIds.OfDelivery("acme", deliveryId, "shop.example");
        name.ShouldMatch(@"^<[A-Za-z0-9_=-]+(\.[A-Za-z0-9_=-]+)*@shop\.example>$");
        EmailIds.DeliveryOf("acme", name).ShouldBe(deliveryId);
        EmailIds.DeliveryOf("acme", name.Trim('<', '>')).ShouldBe(deliveryId);
        EmailIds.DeliveryOf("globex", name).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("<>")]
    [InlineData("<a.b@shop.example>")]
    [InlineData("<=.00000000000000000000@shop.example>")]
    [InlineData("<=ZZ.00000000000000000000@shop.example>")]
    public void What_is_not_our_name_is_nobody_s(string name) => EmailIds.DeliveryOf("acme", name).ShouldBeNull();

    [Theory]
    [InlineData("https://ok.example/u", true)]
    [InlineData("javascript:alert(1)", false)]
    [InlineData("mailto:a@b", false)]
    [InlineData("/u/1", false)]
    [InlineData("https://x.example/\r\nBcc: a@b", true)]
    public async Task An_address_to_unsubscribe_is_one_of_the_web_or_nothing_is_sent(string url, bool good)
    {
        var email = _writer.Write(Mails.To("ada@example.org") with { UnsubscribeUrl = url }, out var refused);
        (email is not null).ShouldBe(good);
        if (email is null)
        {
            refused.ShouldBeOfType<SendAnswer.Refused>();
            return;
        }

        (await parser.ParseAsync(Mails.Unstuffed(email.Text))).Header("Bcc").ShouldBeNull();
    }

    [Fact]
    public void Addresses_that_are_none_are_dead_and_bad_senders_refused()
    {
        _writer.Write(Mails.To("ada@example.org>\r\nRCPT TO:<eve@example.org"), out var refused).ShouldBeNull();
        refused.ShouldBeOfType<SendAnswer.AddressDead>();
        _writer.Write(Mails.To("ada@example.org") with { Brand = new TenantBrand { FromEmail = "not one" } }, out refused).ShouldBeNull();
        refused.ShouldBeOfType<SendAnswer.Refused>();
    }

    private async Task<ParsedMail> ParseAsync(OutgoingMessage message)
    {
        var email = _writer.Write(message, out var refused).ShouldNotBeNull(refused?.ToString());
        var mail = await parser.ParseAsync(Mails.Unstuffed(email.Text));
        mail.Defects.ShouldBeEmpty();
        mail.Longest.ShouldBeLessThanOrEqualTo(110);
        mail.Bare.ShouldBe(0);
        Ascii.IsValid(email.Text.Span).ShouldBeTrue();
        Encoding.ASCII.GetString(email.Text.Span).ShouldNotContain("\r\n.\r\n");
        return mail;
    }
}
