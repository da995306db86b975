using Milepost.Core.Leases;

namespace Milepost.Storage.Tests.Leases;

/// <summary>What every lease store must do.</summary>
public abstract class LeaseStoreConformance
{
    private const string Work = "logistics.locations";
    private static readonly DateTimeOffset Noon = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);
    private static readonly TimeSpan Fifteen = TimeSpan.FromSeconds(15);

    /// <summary>A store without data that goes by the caller's clock.</summary>
    internal abstract Task<ILeaseStore> OpenAsync();

    [Fact]
    public async Task Work_that_nobody_has_is_taken_and_nobody_else_gets_it()
    {
        var store = await OpenAsync();
        (await TakeAsync(store, "one", Noon)).ShouldBe(new WorkLease("acme", Work, "one", 1, ""));
        (await TakeAsync(store, "two", Noon)).ShouldBeNull();
        (await TakeAsync(store, "two", Noon + Fifteen - TimeSpan.FromTicks(1))).ShouldBeNull();
    }

    [Fact]
    public async Task Other_work_and_other_tenants_are_apart()
    {
        var store = await OpenAsync();
        await TakeAsync(store, "one", Noon);
        (await store.TakeAsync("globex", Work, "two", Fifteen, Noon, CancellationToken.None)).ShouldBe(new WorkLease("globex", Work, "two", 1, ""));
        (await store.TakeAsync("acme", "other", "two", Fifteen, Noon, CancellationToken.None)).ShouldBe(new WorkLease("acme", "other", "two", 1, ""));
    }

    [Fact]
    public async Task A_lease_that_ran_out_is_taken_with_the_next_token_and_what_was_left()
    {
        var store = await OpenAsync();
        var first = (await TakeAsync(store, "one", Noon))!;
        (await store.RenewAsync(first, "17", Fifteen, Noon.AddSeconds(5), CancellationToken.None)).ShouldBeTrue();
        (await TakeAsync(store, "two", Noon.AddSeconds(20).AddTicks(-1))).ShouldBeNull();
        (await TakeAsync(store, "two", Noon.AddSeconds(20))).ShouldBe(new WorkLease("acme", Work, "two", 2, "17"));
    }

    [Fact]
    public async Task Who_lost_the_lease_can_neither_renew_nor_release_nor_write()
    {
        var store = await OpenAsync();
        var first = (await TakeAsync(store, "one", Noon))!;
        var second = (await TakeAsync(store, "two", Noon + Fifteen))!;
        (await store.RenewAsync(first, "old", Fifteen, Noon + Fifteen, CancellationToken.None)).ShouldBeFalse();
        (await store.ReleaseAsync(first, "old", CancellationToken.None)).ShouldBeFalse();
        (await TakeAsync(store, "three", Noon + Fifteen)).ShouldBeNull();
        (await store.ReleaseAsync(second, "new", CancellationToken.None)).ShouldBeTrue();
        (await TakeAsync(store, "three", Noon + Fifteen))!.ShouldBe(new WorkLease("acme", Work, "three", 3, "new"));
    }

    [Fact]
    public async Task A_lease_that_ran_out_and_that_nobody_took_can_still_be_renewed()
    {
        var store = await OpenAsync();
        var lease = (await TakeAsync(store, "one", Noon))!;
        (await store.RenewAsync(lease, "5", Fifteen, Noon.AddMinutes(1), CancellationToken.None)).ShouldBeTrue();
        (await TakeAsync(store, "two", Noon.AddMinutes(1))).ShouldBeNull();
    }

    [Fact]
    public async Task What_was_given_back_is_free_at_once()
    {
        var store = await OpenAsync();
        var lease = (await TakeAsync(store, "one", Noon))!;
        (await store.ReleaseAsync(lease, "ä\n😀", CancellationToken.None)).ShouldBeTrue();
        (await TakeAsync(store, "two", Noon))!.Payload.ShouldBe("ä\n😀");
    }

    [Fact]
    public async Task Ones_own_lease_is_taken_anew_and_the_one_before_is_fenced()
    {
        var store = await OpenAsync();
        var before = (await TakeAsync(store, "one", Noon))!;
        (await TakeAsync(store, "one", Noon.AddSeconds(1)))!.Token.ShouldBe(2);
        (await store.RenewAsync(before, "", Fifteen, Noon.AddSeconds(1), CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_many_who_want_it_at_once_one_gets_it_each_time()
    {
        var store = await OpenAsync();
        for (var round = 1; round <= 5; round++)
        {
            var now = Noon.AddMinutes(round);
            var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(holder => Task.Run(() => TakeAsync(store, $"{round}-{holder}", now))));
            taken.Count(lease => lease is not null).ShouldBe(1);
            taken.Single(lease => lease is not null)!.Token.ShouldBe(round);
        }
    }

    private static Task<WorkLease?> TakeAsync(ILeaseStore store, string holder, DateTimeOffset now) => store.TakeAsync("acme", Work, holder, Fifteen, now, CancellationToken.None);
}
