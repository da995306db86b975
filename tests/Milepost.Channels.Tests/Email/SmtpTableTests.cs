using Milepost.Server.Channels.Email;

namespace Milepost.Channels.Tests.Email;

public sealed class SmtpTableTests
{
    private static readonly SmtpStage[] Stages = Enum.GetValues<SmtpStage>();

    public static TheoryData<string, string, string> Replies => new()
    {
        { "Greeting", "220 relay", "Proceed" },
        { "Greeting", "554 5.3.2 no", "Down" },
        { "Greeting", "421 busy", "Down" },
        { "Hello", "502 what", "Down" },
        { "StartTls", "454 4.7.0 not now", "Down" },
        { "Authenticate", "334 VXNlcm5hbWU6", "Proceed" },
        { "Authenticate", "454 4.7.0 temporary", "Down" },
        { "Authenticate", "535 5.7.8 wrong", "Down" },
        { "Reset", "250 ok", "Proceed" },
        { "Reset", "421 idle", "Down" },
        { "Sender", "250 2.1.0 ok", "Proceed" },
        { "Sender", "451 4.3.2 busy", "Later" },
        { "Sender", "452 4.3.1 full", "Later" },
        { "Sender", "421 4.4.2 bye", "Down" },
        { "Sender", "530 5.7.0 authenticate", "Down" },
        { "Sender", "538 5.7.11 encrypt", "Down" },
        { "Sender", "503 bad sequence", "Down" },
        { "Sender", "550 5.7.1 not yours", "Refused" },
        { "Sender", "550 5.1.1 a sender is not the receiver", "Refused" },
        { "Recipient", "250 ok", "Proceed" },
        { "Recipient", "251 will forward", "Proceed" },
        { "Recipient", "252 will try", "Proceed" },
        { "Recipient", "450 4.2.0 greylisted", "Later" },
        { "Recipient", "451 4.7.1 greylisted", "Later" },
        { "Recipient", "452 4.2.2 full", "Later" },
        { "Recipient", "550 5.1.1 no such user", "AddressDead" },
        { "Recipient", "550 5.1.2 no such domain", "AddressDead" },
        { "Recipient", "553 5.1.3 no address", "AddressDead" },
        { "Recipient", "551 5.1.6 moved", "AddressDead" },
        { "Recipient", "556 5.1.10 takes no mail", "AddressDead" },
        { "Recipient", "556 no", "AddressDead" },
        { "Recipient", "550 User unknown", "AddressDead" },
        { "Recipient", "550 No such recipient here", "AddressDead" },
        { "Recipient", "550 sorry, that mailbox does not exist", "AddressDead" },
        { "Recipient", "550 Requested action not taken: mailbox unavailable", "Refused" },
        { "Recipient", "550 your address is on a list", "Refused" },
        { "Recipient", "550 5.7.1 no such user, but the code says policy", "Refused" },
        { "Recipient", "550 5.2.1 mailbox disabled", "Refused" },
        { "Recipient", "552 5.2.2 full for good", "Refused" },
        { "Recipient", "554 5.7.1 policy", "Refused" },
        { "Recipient", "501 syntax", "Refused" },
        { "Recipient", "354 what", "Down" },
        { "Data", "354 go on", "Proceed" },
        { "Data", "250 what", "Down" },
        { "Data", "451 4.3.0 not now", "Later" },
        { "Data", "554 no valid recipients", "Refused" },
        { "End", "250 2.0.0 queued", "Taken" },
        { "End", "451 4.3.0 scanner", "Later" },
        { "End", "452 4.3.1 full", "Later" },
        { "End", "421 4.3.2 bye", "Down" },
        { "End", "552 5.3.4 too large", "Refused" },
        { "End", "554 5.7.1 spam", "Refused" },
        { "End", "550 5.1.1 no such user", "AddressDead" },
        { "End", "550 5.7.1 content", "Refused" },
        { "End", "354 what", "Unknown" },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_means_what_the_table_says(string stage, string line, string expected) =>
        SmtpTable.ClassOf(Enum.Parse<SmtpStage>(stage), Read(line)).ToString().ShouldBe(expected);

    [Fact]
    public void Every_code_means_something_at_every_stage_and_nothing_is_taken_but_at_the_end()
    {
        foreach (var stage in Stages)
        {
            for (var code = 200; code < 600; code++)
            {
                var what = SmtpTable.ClassOf(stage, SmtpReply.Of(code, ["text"]));
                (what == SmtpClass.Taken).ShouldBe(stage == SmtpStage.End && code < 300, $"{stage} {code}: {what}");
                (what == SmtpClass.Unknown).ShouldBe(stage == SmtpStage.End && code is >= 300 and < 400, $"{stage} {code}: {what}");
                (what == SmtpClass.Proceed && code >= 400).ShouldBeFalse($"{stage} {code}");
                (what == SmtpClass.AddressDead && stage is not (SmtpStage.Recipient or SmtpStage.End)).ShouldBeFalse($"{stage} {code}");
                if (stage == SmtpStage.End)
                {
                    what.ShouldNotBe(SmtpClass.Proceed);
                }
            }
        }
    }

    [Theory]
    [InlineData("250 2.0.0 Ok: queued as 4WxYz12AbC", "4WxYz12AbC")]
    [InlineData("250 OK id=1tE4xZ-0000Ab-2C", "1tE4xZ-0000Ab-2C")]
    [InlineData("250 Ok 0100018f3a2b4c5d-6e7f8a9b-0c1d-2e3f-4a5b-6c7d8e9f0a1b-000000", "0100018f3a2b4c5d-6e7f8a9b-0c1d-2e3f-4a5b-6c7d8e9f0a1b-000000")]
    [InlineData("250 2.0.0 4ALI0x1a012345 Message accepted for delivery", "4ALI0x1a012345")]
    [InlineData("250 2.0.0 OK", null)]
    public void The_server_s_name_for_the_message_is_found_where_it_is_told(string line, string? id) => Read(line).QueueId.ShouldBe(id);

    [Theory]
    [InlineData("")]
    [InlineData("25")]
    [InlineData("150 ok")]
    [InlineData("600 ok")]
    [InlineData("2x0 ok")]
    [InlineData("250_ok")]
    [InlineData("HTTP/1.1 400 Bad Request")]
    public void What_is_no_reply_is_not_read_as_one(string line) => SmtpReply.TryLine(line, out _, out _, out _).ShouldBeFalse();

    [Fact]
    public void Control_characters_of_a_server_do_not_reach_our_records() => Read("550 no\u001b[2J\u0007 user").Text.ShouldBe("550 no [2J  user");

    private static SmtpReply Read(string line)
    {
        SmtpReply.TryLine(line, out var code, out _, out var rest).ShouldBeTrue();
        return SmtpReply.Of(code, [rest]);
    }
}
