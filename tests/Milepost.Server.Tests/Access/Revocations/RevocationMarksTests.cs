using Milepost.Core.Access;
using Milepost.Protocol;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access.Revocations;
using Milepost.Server.Settings;

namespace Milepost.Server.Tests.Access.Revocations;

public sealed class RevocationMarksTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private readonly RevocationMarks _marks = new(new AuthOptions { MaxTokenDays = 10, ClockSkewSeconds = 30 });

    [Theory]
    [InlineData("acme", "ada", -1, true)]
    [InlineData("acme", "ada", 0, true)]
    [InlineData("acme", "ada", 1, false)]
    [InlineData("acme", "ada", null, true)]
    [InlineData("acme", "bob", -1, false)]
    [InlineData("acme", "bob", null, false)]
    [InlineData("globex", "ada", -1, false)]
    public void What_was_issued_up_to_the_mark_is_revoked(string tenant, string subject, int? seconds, bool revoked)
    {
        _marks.Learn(Mark(Noon)).ShouldBeTrue();
        _marks.IsRevoked(CallerOf(tenant, subject, seconds is { } offset ? Noon.AddSeconds(offset) : null)).ShouldBe(revoked);
    }

    [Fact]
    public void The_newest_mark_counts_in_whatever_order_they_come()
    {
        _marks.Learn(Mark(Noon)).ShouldBeTrue();
        _marks.Learn(Mark(Noon)).ShouldBeFalse();
        _marks.Learn(Mark(Noon.AddHours(1))).ShouldBeTrue();
        _marks.Learn(Mark(Noon.AddMinutes(30))).ShouldBeFalse();
        _marks.IsRevoked(CallerOf("acme", "ada", Noon.AddMinutes(59))).ShouldBeTrue();
        _marks.Count.ShouldBe(1);
    }

    [Fact]
    public void A_mark_goes_when_every_token_it_could_concern_has_ended()
    {
        _marks.Learn(Mark(Noon));
        _marks.Forget(Noon.AddDays(10).AddSeconds(30));
        _marks.Count.ShouldBe(1);
        _marks.Forget(Noon.AddDays(10).AddSeconds(31));
        _marks.Count.ShouldBe(0);
    }

    private static Revocation Mark(DateTimeOffset before) => new("acme", "ada", before, before, null);

    private static Caller CallerOf(string tenant, string subject, DateTimeOffset? issued) => new(tenant, subject, Scopes.None, Noon.AddDays(1)) { IssuedAt = issued };
}
