using Milepost.Client.Streams;
using Milepost.Protocol.Streams;

namespace Milepost.Client.Tests.Streams;

public sealed class StreamOffsetsTests
{
    private readonly StreamOffsets offsets = new();

    [Fact]
    public void First_entry_sets_the_place_and_the_next_must_follow()
    {
        Entry("a", 7).ShouldBe(Verdict.Entry);
        Entry("a", 8).ShouldBe(Verdict.Entry);
        Entry("a", 8).ShouldBe(Verdict.Duplicate);
        Entry("a", 3).ShouldBe(Verdict.Duplicate);
        Entry("a", 10).ShouldBe(Verdict.Gap);
        Entry("a", 9).ShouldBe(Verdict.Entry);
    }

    [Fact]
    public void Streams_are_counted_apart()
    {
        Entry("a", 1).ShouldBe(Verdict.Entry);
        Entry("b", 5).ShouldBe(Verdict.Entry);
        Entry("a", 2).ShouldBe(Verdict.Entry);
        Entry("b", 7).ShouldBe(Verdict.Gap);
    }

    [Fact]
    public void Ready_sets_the_place_of_a_stream_without_entries()
    {
        Ready("a", 4).ShouldBe(Verdict.Ready);
        Entry("a", 6).ShouldBe(Verdict.Gap);
        Entry("a", 5).ShouldBe(Verdict.Entry);
    }

    [Fact]
    public void Ready_ahead_of_the_last_entry_is_a_gap()
    {
        Entry("a", 1);
        Ready("a", 1).ShouldBe(Verdict.Ready);
        Ready("a", 2).ShouldBe(Verdict.Gap);
        Entry("a", 2).ShouldBe(Verdict.Entry);
    }

    [Fact]
    public void Reset_forgets_its_stream_only()
    {
        Entry("a", 5);
        Entry("b", 5);
        offsets.Judge(new ServerFrame { Type = FrameTypes.Reset, Stream = "a" }).ShouldBe(Verdict.Reset);
        Entry("a", 1).ShouldBe(Verdict.Entry);
        Entry("b", 1).ShouldBe(Verdict.Duplicate);
    }

    [Theory]
    [InlineData("heartbeat", null, Verdict.Nothing)]
    [InlineData("something.of.tomorrow", null, Verdict.Nothing)]
    [InlineData("driver.location.updated", "order:1", Verdict.Entry)]
    [InlineData("error", "order:1", Verdict.Error)]
    [InlineData("reconnect", null, Verdict.Reconnect)]
    [InlineData("token.expiring", null, Verdict.TokenExpiring)]
    internal void Frames_without_an_offset(string type, string? stream, Verdict verdict) =>
        offsets.Judge(new ServerFrame { Type = type, Stream = stream }).ShouldBe(verdict);

    private Verdict Entry(string stream, long offset) => offsets.Judge(new ServerFrame { Type = "notification.new", Stream = stream, Offset = offset });

    private Verdict Ready(string stream, long offset) =>
        offsets.Judge(new ServerFrame { Type = FrameTypes.Ready, Streams = [new ReadyStream(stream, "00", offset, 0)] });
}
