using System.Text;
using Milepost.Protocol.Streams;

namespace Milepost.Protocol.Tests.Streams;

public sealed class StreamPositionTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("evt-991")]
    [InlineData("ü€\ud83d\ude00")]
    public void The_first_fingerprint_is_fnv_1a_over_the_id(string id)
    {
        // http://www.isthe.com/chongo/tech/comp/fnv/: written a second time, over the id's UTF-16 bytes.
        var expected = 2166136261u;
        foreach (var octet in Encoding.Unicode.GetBytes(id))
        {
            expected = unchecked((expected ^ octet) * 16777619u);
        }

        StreamPosition.NextCheck(0, id).ShouldBe(expected);
    }

    [Fact]
    public void The_fingerprint_depends_on_everything_before()
    {
        static uint Of(params string[] ids) => ids.Aggregate(0u, StreamPosition.NextCheck);
        uint[] all = [Of("a"), Of("b"), Of("a", "b"), Of("b", "a"), Of("a", "a"), Of("ab"), Of("a", "b", "c"), Of("c", "b", "a"), Of("a", "c", "b"), Of("", "a")];
        all.Distinct().Count().ShouldBe(all.Length);
    }

    [Fact]
    public void It_never_changes_between_versions()
    {
        // Clients keep it in cursors: these numbers may not change.
        StreamPosition.NextCheck(0, "evt-1").ShouldBe(2193316710u);
        StreamPosition.NextCheck(StreamPosition.NextCheck(0, "evt-1"), "evt-2").ShouldBe(2965559115u);
    }

    [Fact]
    public void A_head_grows_by_one()
    {
        var head = default(StreamHead).Next("evt-1");
        head.ShouldBe(new StreamHead(1, StreamPosition.NextCheck(0, "evt-1")));
        head.Next("evt-2").ShouldBe(new StreamHead(2, StreamPosition.NextCheck(head.Check, "evt-2")));
    }

    [Theory]
    [InlineData(0, "0000000000000000")]
    [InlineData(255, "00000000000000ff")]
    [InlineData(long.MaxValue, "7fffffffffffffff")]
    [InlineData(-1, "ffffffffffffffff")]
    public void An_epoch_is_16_hexadecimal_digits(long epoch, string text) => StreamPosition.WireEpoch(epoch).ShouldBe(text);
}
