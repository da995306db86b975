using Milepost.Core.Deliveries;

namespace Milepost.Core.Tests.Deliveries;

public sealed class AddressMaskTests
{
    [Theory]
    [InlineData("ada@example.org", "a***@example.org")]
    [InlineData("+49 30 1234567", "***67")]
    [InlineData("7", "***7")]
    [InlineData("@", "***@")]
    public void An_address_is_hardly_there(string address, string expected) => AddressMask.Address(address).ShouldBe(expected);

    [Theory]
    [InlineData("550 5.1.1 <ada@example.org>: no such user", "550 5.1.1 <a***@example.org>: no such user")]
    [InlineData("to=+49 30 1234567 refused", "to=***67 refused")]
    [InlineData("\"ada.b+c@x.y\",'d@e.f'", "\"a***@x.y\",'d***@e.f'")]
    [InlineData("250 2.0.0 Ok: queued as 4F2C", "250 2.0.0 Ok: queued as 4F2C")]
    public void A_provider_s_text_keeps_its_sense_without_the_recipient(string text, string expected) => AddressMask.Text(text).ShouldBe(expected);

    [Fact]
    public void A_long_text_is_cut() => AddressMask.Text(new string('x', 10_000)).Length.ShouldBe(500);
}
