using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Milepost.Server.Channels.WebPush;

namespace Milepost.Channels.Tests.WebPush;

public sealed class PushEncryptionTests
{
    private const string BrowserPublic = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    private const string BrowserSecret = "BTBZMqHH6r4Tts7J_aSIgg";

    [Fact]
    public void The_example_of_RFC_8291_appendix_A()
    {
        using var ours = ECDiffieHellman.Create(P256.ReadPrivate("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")!.Value);
        var body = PushEncryption.Encrypt(
            "When I grow up, I want to be a watermelon"u8, 0, PushKeys.Parse(BrowserPublic, BrowserSecret)!, ours, Base64Url.DecodeFromChars("DGv6ra1nlYgDCS1FRnbzlw"));
        Base64Url.EncodeToString(body).ShouldBe(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
    }

    [Fact]
    public void The_example_of_RFC_8188_section_3_1()
    {
        var body = PushEncryption.Seal("I am the walrus"u8, 0, Base64Url.DecodeFromChars("yqdlZ-tYemfogSmv7Ws5PQ"), Base64Url.DecodeFromChars("I1BsxtFttlv3u_Oo94xnmw"), []);
        Base64Url.EncodeToString(body).ShouldBe("I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(PushEncryption.MaxMessage)]
    public void From_outside_one_sees_few_lengths_and_none_too_large(int length)
    {
        var body = PushEncryption.Encrypt(new byte[length], PushKeys.Parse(BrowserPublic, BrowserSecret)!);
        body.Length.ShouldBeLessThanOrEqualTo(PushEncryption.MaxBody);
        new[] { 256, 512, 1024, 2048, PushEncryption.MaxMessage }.ShouldContain(body.Length - (PushEncryption.MaxBody - PushEncryption.MaxMessage));
    }

    [Fact]
    public void Two_bodies_of_one_message_have_nothing_in_common()
    {
        var browser = PushKeys.Parse(BrowserPublic, BrowserSecret)!;
        var (one, two) = (PushEncryption.Encrypt("x"u8, browser), PushEncryption.Encrypt("x"u8, browser));
        one.AsSpan(0, 16).SequenceEqual(two.AsSpan(0, 16)).ShouldBeFalse();
        one.AsSpan(21, 65).SequenceEqual(two.AsSpan(21, 65)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(null, BrowserSecret)]
    [InlineData(BrowserPublic, null)]
    [InlineData("", "")]
    [InlineData("not base64!", BrowserSecret)]
    [InlineData(BrowserPublic, "BTBZMqHH6r4Tts7J_aSI")]
    [InlineData("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw", BrowserSecret)]
    public void Keys_that_are_none_are_not_taken(string? publicKey, string? secret) => PushKeys.Parse(publicKey, secret).ShouldBeNull();

    [Fact]
    public void A_point_beside_the_curve_is_not_taken()
    {
        // Such points are how a private key is asked out of whoever multiplies them; these are Wycheproof's kinds.
        var point = Base64Url.DecodeFromChars(BrowserPublic);
        point[64] ^= 1;
        PushKeys.Parse(Base64Url.EncodeToString(point), BrowserSecret).ShouldBeNull();
        PushKeys.Parse(Base64Url.EncodeToString([4, .. new byte[64]]), BrowserSecret).ShouldBeNull();
        PushKeys.Parse(Base64Url.EncodeToString([4, .. Enumerable.Repeat((byte)0xff, 64)]), BrowserSecret).ShouldBeNull();
        PushKeys.Parse(Base64Url.EncodeToString([2, .. point.AsSpan(1, 32)]), BrowserSecret).ShouldBeNull();
        PushKeys.Parse(BrowserPublic, BrowserSecret).ShouldNotBeNull();
        PushKeys.Parse(BrowserPublic + "=", BrowserSecret + "==").ShouldNotBeNull();
    }
}
