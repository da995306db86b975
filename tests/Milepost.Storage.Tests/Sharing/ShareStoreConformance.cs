using System.Security.Cryptography;
using System.Text;
using Milepost.Core.Sharing;
using Milepost.Core.Tests;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;

namespace Milepost.Storage.Tests.Sharing;

/// <summary>A store of links beside the orders that they show.</summary>
internal sealed record ShareStores(IShareStore Shares, Stores Stores);

/// <summary>What every store of share links must do.</summary>
public abstract class ShareStoreConformance
{
    private static readonly DateTimeOffset Noon = Stores.Now;

    /// <summary>A store without data.</summary>
    internal abstract Task<ShareStores> OpenAsync();

    [Fact]
    public async Task Everything_of_a_link_is_kept_and_found_by_its_secret()
    {
        var (shares, _) = await FilledAsync();
        var full = Link("s-1") with { Name = "Oma \u00e4\ud83d\ude00" };
        (await AddAsync(shares, full)).ShouldBe(ShareAdded.Added);
        (await shares.FindAsync(Hash("s-1"), CancellationToken.None)).ShouldBe(new SharedOrder(full, null));
        (await shares.FindAsync(Hash("s-2"), CancellationToken.None)).ShouldBeNull();
        (await shares.FindAsync([full.Key(), new ShareKey("globex", "s-1"), new ShareKey("acme", "none")], CancellationToken.None)).ShouldBe([new SharedOrder(full, null)]);
        (await shares.FindAsync([], CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_secret_finds_the_link_of_its_own_tenant_among_those_of_all()
    {
        var (shares, _) = await FilledAsync();
        await AddAsync(shares, Link("s-1"));
        var other = Link("s-1") with { Tenant = "globex" };
        await shares.AddAsync(other, Hash("globex"), 20, CancellationToken.None);
        (await shares.FindAsync(Hash("globex"), CancellationToken.None))!.Share.ShouldBe(other);
        (await shares.FindAsync(Hash("s-1"), CancellationToken.None))!.Share.Tenant.ShouldBe(Some.Tenant);
        (await shares.ListAsync("globex", "o-1", CancellationToken.None)).ShouldBe([other]);
    }

    [Fact]
    public async Task The_links_of_an_order_are_listed_newest_first()
    {
        var (shares, _) = await FilledAsync();
        foreach (var id in new[] { "s-1", "s-2", "s-3" })
        {
            await AddAsync(shares, Link(id));
        }

        await AddAsync(shares, Link("s-4") with { OrderId = "o-2" });
        (await shares.ListAsync(Some.Tenant, "o-1", CancellationToken.None)).Select(share => share.Id).ShouldBe(["s-3", "s-2", "s-1"]);
        (await shares.ListAsync("globex", "o-2", CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_order_has_only_so_many_good_links_and_there_is_no_link_without_an_order()
    {
        var (shares, _) = await FilledAsync();
        (await AddAsync(shares, Link("gone") with { ExpiresAt = Noon })).ShouldBe(ShareAdded.Added);
        (await AddAsync(shares, Link("s-1"), most: 2)).ShouldBe(ShareAdded.Added);
        (await AddAsync(shares, Link("s-2"), most: 2)).ShouldBe(ShareAdded.Added);
        (await AddAsync(shares, Link("s-3"), most: 2)).ShouldBe(ShareAdded.TooMany);
        (await AddAsync(shares, Link("other") with { OrderId = "o-2" }, most: 2)).ShouldBe(ShareAdded.Added);
        await shares.RevokeAsync(Some.Tenant, "o-1", "s-1", Noon, CancellationToken.None);
        (await AddAsync(shares, Link("s-3"), most: 2)).ShouldBe(ShareAdded.Added);
        (await AddAsync(shares, Link("s-9") with { OrderId = "none" })).ShouldBe(ShareAdded.NoOrder);
        (await shares.FindAsync(Hash("s-9"), CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Of_links_made_at_once_no_more_come_about_than_may()
    {
        var (shares, _) = await FilledAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(index => AddAsync(shares, Link($"s-{index}"))));
        answers.Count(answer => answer == ShareAdded.Added).ShouldBe(20);
        (await shares.ListAsync(Some.Tenant, "o-1", CancellationToken.None)).Count.ShouldBe(20);
    }

    [Fact]
    public async Task A_link_is_revoked_once_and_by_its_own_order_and_tenant_only()
    {
        var (shares, _) = await FilledAsync();
        await AddAsync(shares, Link("s-1"));
        (await shares.RevokeAsync(Some.Tenant, "o-2", "s-1", Noon, CancellationToken.None)).ShouldBeFalse();
        (await shares.RevokeAsync("globex", "o-1", "s-1", Noon, CancellationToken.None)).ShouldBeFalse();
        (await shares.FindAsync(Hash("s-1"), CancellationToken.None))!.Share.RevokedAt.ShouldBeNull();
        (await shares.RevokeAsync(Some.Tenant, "o-1", "s-1", Noon, CancellationToken.None)).ShouldBeTrue();
        (await shares.RevokeAsync(Some.Tenant, "o-1", "s-1", Noon.AddHours(1), CancellationToken.None)).ShouldBeTrue();
        (await shares.FindAsync(Hash("s-1"), CancellationToken.None))!.Share.RevokedAt.ShouldBe(Noon);
    }

    [Fact]
    public async Task Uses_add_up_and_the_newest_is_the_last()
    {
        var (shares, _) = await FilledAsync();
        await AddAsync(shares, Link("s-1"));
        await AddAsync(shares, Link("s-2"));
        await shares.UsedAsync([new(Link("s-1").Key(), 3, Noon.AddMinutes(2)), new(Link("s-2").Key(), 1, Noon), new(new("globex", "s-1"), 9, Noon)], CancellationToken.None);
        await shares.UsedAsync([new(Link("s-1").Key(), 0, Noon.AddMinutes(1))], CancellationToken.None);
        await shares.UsedAsync([], CancellationToken.None);
        (await shares.ListAsync(Some.Tenant, "o-1", CancellationToken.None)).Select(share => (share.Id, share.Uses, share.LastUsedAt))
            .ShouldBe([("s-2", 1, Noon), ("s-1", 3, (DateTimeOffset?)Noon.AddMinutes(2))]);
    }

    [Fact]
    public async Task A_link_comes_with_the_end_of_its_order()
    {
        var (shares, stores) = await FilledAsync();
        await AddAsync(shares, Link("s-1"));
        await stores.RecordAsync(Some.Status("end", OrderStatus.Delivered, 30));
        await stores.RecordAsync(Some.Event("after", EventTypes.OrderNoteAdded, 50));
        var end = Some.Status("end", OrderStatus.Delivered, 30).Time;
        (await shares.FindAsync(Hash("s-1"), CancellationToken.None))!.OrderEndedAt.ShouldBe(end);
        (await shares.FindAsync([Link("s-1").Key()], CancellationToken.None)).ShouldHaveSingleItem().OrderEndedAt.ShouldBe(end);
    }

    [Fact]
    public async Task Retention_takes_what_ended_or_was_revoked_before()
    {
        var (shares, _) = await FilledAsync();
        await AddAsync(shares, Link("old") with { ExpiresAt = Noon.AddDays(1) });
        await AddAsync(shares, Link("revoked"));
        await AddAsync(shares, Link("good"));
        await shares.RevokeAsync(Some.Tenant, "o-1", "revoked", Noon.AddDays(1), CancellationToken.None);
        (await shares.DropBeforeAsync(Noon.AddDays(1), CancellationToken.None)).ShouldBe(0);
        (await shares.DropBeforeAsync(Noon.AddDays(1).AddTicks(10), CancellationToken.None)).ShouldBe(2);
        (await shares.ListAsync(Some.Tenant, "o-1", CancellationToken.None)).ShouldHaveSingleItem().Id.ShouldBe("good");
    }

    [Fact]
    public async Task An_erased_customers_links_go_and_those_of_others_stay()
    {
        var (shares, stores) = await FilledAsync();
        await AddAsync(shares, Link("s-1"));
        await AddAsync(shares, Link("s-2") with { OrderId = "o-2" });
        await shares.AddAsync(Link("s-1") with { Tenant = "globex" }, Hash("globex"), 20, CancellationToken.None);
        // Somebody else's order that names the customer too.
        await stores.RecordAsync(Some.Status("named", OrderStatus.Paid, 2, order: "o-2") with { Customer = new() { Id = "c-1" } });
        await stores.RecordAsync(Some.Event("x", EventTypes.CustomerErased, 5, "c-1"));
        (await shares.FindAsync(Hash("s-1"), CancellationToken.None)).ShouldBeNull();
        (await shares.FindAsync(Hash("s-2"), CancellationToken.None)).ShouldNotBeNull();
        (await shares.FindAsync(Hash("globex"), CancellationToken.None)).ShouldNotBeNull();
    }

    private async Task<ShareStores> FilledAsync()
    {
        var all = await OpenAsync();
        await all.Stores.RecordAsync(Some.Placed("p-1", 0), Some.Placed("p-2", 0, "c-2", "o-2"), Some.Placed("p-3", 0, tenant: "globex"));
        return all;
    }

    private static Share Link(string id) => new()
    {
        Tenant = Some.Tenant,
        Id = id,
        OrderId = "o-1",
        CreatedAt = Noon,
        CreatedBy = "c-1",
        ExpiresAt = Noon.AddDays(7),
    };

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static Task<ShareAdded> AddAsync(IShareStore shares, Share share, int most = 20) => shares.AddAsync(share, Hash(share.Id), most, CancellationToken.None);
}
