using Milepost.Core.Deliveries;

namespace Milepost.Core.Tests.Deliveries;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ada@example.org", "ada@example.org", false)]
    [InlineData("Ada.Lovelace+tag@Example.ORG", "Ada.Lovelace+tag@example.org", false)]
    [InlineData("o'neil!#$%&*/=?^_`{|}~-@x.example", "o'neil!#$%&*/=?^_`{|}~-@x.example", false)]
    [InlineData("root@localhost", "root@localhost", false)]
    [InlineData("ada@B\u00dcCHER.example", "ada@xn--bcher-kva.example", false)]
    [InlineData("ada@\u4f8b\u5b50.\u6d4b\u8bd5", "ada@xn--fsqu00a.xn--0zwm56d", false)]
    [InlineData("m\u00fcller@b\u00fccher.example", "m\u00fcller@xn--bcher-kva.example", true)]
    [InlineData("\u5f20\u4f1f@example.org", "\u5f20\u4f1f@example.org", true)]
    public void An_address_is_read(string text, string written, bool needsUtf8)
    {
        var address = EmailAddress.Parse(text, out var problem).ShouldNotBeNull(problem);
        (address.ToString(), address.NeedsUtf8).ShouldBe((written, needsUtf8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("ada")]
    [InlineData("ada@")]
    [InlineData("@example.org")]
    [InlineData("ada@@example.org")]
    [InlineData("ada lovelace@example.org")]
    [InlineData(" ada@example.org")]
    [InlineData("ada@example.org ")]
    [InlineData("ada@exa mple.org")]
    [InlineData("ada@example.org\r\n")]
    [InlineData("ada\r\nRCPT TO:<eve@example.org>@example.org")]
    [InlineData("ada@example.org>\r\nDATA")]
    [InlineData("ada\0@example.org")]
    [InlineData("<ada@example.org>")]
    [InlineData("ada@example.org,eve@example.org")]
    [InlineData("ada;eve@example.org")]
    [InlineData("\"ada lovelace\"@example.org")]
    [InlineData("ada(comment)@example.org")]
    [InlineData(".ada@example.org")]
    [InlineData("ada.@example.org")]
    [InlineData("a..b@example.org")]
    [InlineData("ada@[127.0.0.1]")]
    [InlineData("ada@-example.org")]
    [InlineData("ada@example-.org")]
    [InlineData("ada@example..org")]
    [InlineData("ada@.example.org")]
    [InlineData("ada@example.org.")]
    [InlineData("ada@exam_ple.org")]
    [InlineData("ada\u00a0@example.org")]
    [InlineData("ada\u200b@example.org")]
    [InlineData("ada\u202e@example.org")]
    [InlineData("ada\u2028@example.org")]
    [InlineData("ada\ud800@example.org")]
    [InlineData("ada@ex\ud800ample.org")]
    public void What_is_none_or_could_end_a_command_is_not_taken(string text)
    {
        EmailAddress.Parse(text, out var problem).ShouldBeNull();
        problem.ShouldNotBeEmpty();
        problem.ShouldNotContain("ada");
    }

    [Fact]
    public void Parts_that_are_too_long_are_not_taken()
    {
        EmailAddress.Parse($"{new string('a', 64)}@example.org", out _).ShouldNotBeNull();
        EmailAddress.Parse($"{new string('a', 65)}@example.org", out _).ShouldBeNull();
        EmailAddress.Parse($"a@{new string('b', 63)}.example", out _).ShouldNotBeNull();
        EmailAddress.Parse($"a@{new string('b', 64)}.example", out _).ShouldBeNull();
        EmailAddress.Parse($"a@{string.Join('.', Enumerable.Repeat(new string('b', 63), 4))}", out _).ShouldBeNull();
    }
}
