using Milepost.Core.Access;

namespace Milepost.Storage.Tests;

/// <summary>What every revocation store must do.</summary>
public abstract class RevocationStoreConformance
{
    private static readonly DateTimeOffset Noon = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_560);

    /// <summary>A store without data.</summary>
    internal abstract Task<IRevocationStore> OpenAsync();

    [Fact]
    public async Task What_is_unknown_is_empty()
    {
        var store = await OpenAsync();
        (await store.ListSinceAsync(DateTimeOffset.MinValue, CancellationToken.None)).ShouldBeEmpty();
        (await store.ListAsync("acme", null, 10, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Everything_of_a_revocation_is_kept()
    {
        var store = await OpenAsync();
        var full = new Revocation("acme", "ada", Noon.AddSeconds(-1), Noon, "lost \"phone\"\n\u00e4\ud83d\ude00");
        var bare = new Revocation("acme", "bob", Noon, Noon.AddSeconds(1), null);
        await store.AddAsync(full, CancellationToken.None);
        await store.AddAsync(bare, CancellationToken.None);
        (await store.ListSinceAsync(DateTimeOffset.MinValue, CancellationToken.None)).ShouldBe([full, bare]);
        (await store.ListAsync("acme", null, 10, CancellationToken.None)).Select(row => row.Revocation).ShouldBe([bare, full]);
    }

    [Fact]
    public async Task A_subject_can_be_revoked_again()
    {
        var store = await OpenAsync();
        var first = new Revocation("acme", "ada", Noon, Noon, null);
        var again = first with { Before = Noon.AddHours(1), At = Noon.AddHours(1) };
        await store.AddAsync(first, CancellationToken.None);
        await store.AddAsync(first, CancellationToken.None);
        await store.AddAsync(again, CancellationToken.None);
        (await store.ListSinceAsync(Noon, CancellationToken.None)).ShouldBe([first, first, again]);
    }

    [Fact]
    public async Task Those_since_a_time_are_of_all_tenants_with_the_time_itself()
    {
        var store = await OpenAsync();
        Revocation[] rows = [.. Enumerable.Range(0, 5).Select(index => new Revocation(index % 2 == 0 ? "acme" : "globex", $"c-{index}", Noon, Noon.AddSeconds(index), null))];
        foreach (var row in rows.Reverse())
        {
            await store.AddAsync(row, CancellationToken.None);
        }

        (await store.ListSinceAsync(Noon.AddSeconds(2), CancellationToken.None)).ShouldBe(rows[2..]);
        (await store.ListSinceAsync(Noon.AddSeconds(2).AddMilliseconds(1), CancellationToken.None)).ShouldBe(rows[3..]);
    }

    [Fact]
    public async Task Pages_of_a_tenant_join_without_gap_or_repeat()
    {
        var store = await OpenAsync();
        for (var index = 0; index < 7; index++)
        {
            await store.AddAsync(new Revocation("acme", $"c-{index}", Noon, Noon, null), CancellationToken.None);
            await store.AddAsync(new Revocation("globex", $"g-{index}", Noon, Noon, null), CancellationToken.None);
        }

        var seen = new List<string>();
        long? before = null;
        while (await store.ListAsync("acme", before, 3, CancellationToken.None) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(row => row.Revocation.Subject));
            before = page[^1].Place;
        }

        seen.ShouldBe(["c-6", "c-5", "c-4", "c-3", "c-2", "c-1", "c-0"]);
    }
}
