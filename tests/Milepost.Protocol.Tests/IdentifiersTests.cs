namespace Milepost.Protocol.Tests;

public sealed class IdentifiersTests
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~:@|+=-";
    private const string TenantLetters = "abcdefghijklmnopqrstuvwxyz0123456789-";

    [Fact]
    public void Exactly_the_letters_of_the_rule_are_accepted()
    {
        for (var letter = 0; letter <= char.MaxValue; letter++)
        {
            var text = ((char)letter).ToString();
            Identifiers.IsValid(text).ShouldBe(Letters.Contains(text, StringComparison.Ordinal), $"U+{letter:X4}");
            Identifiers.IsValidTenant(text).ShouldBe(TenantLetters.Contains(text, StringComparison.Ordinal), $"U+{letter:X4}");
        }
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void An_id_has_1_to_128_characters(int length, bool valid) => Identifiers.IsValid(new string('a', length)).ShouldBe(valid);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(63, true)]
    [InlineData(64, false)]
    public void A_tenant_has_1_to_63_characters(int length, bool valid) => Identifiers.IsValidTenant(new string('a', length)).ShouldBe(valid);

    [Theory]
    [InlineData("o 17")]
    [InlineData("o/17")]
    [InlineData("o,17")]
    [InlineData("o-17\n")]
    [InlineData("../x")]
    public void One_bad_letter_spoils_an_id(string id) => Identifiers.IsValid(id).ShouldBeFalse();
}
