using Milepost.Core.Deliveries;

namespace Milepost.Storage.Tests;

/// <summary>What every suppression store must do.</summary>
public abstract class SuppressionStoreConformance
{
    private static readonly AddressSecret Secret = new("a secret of the operator");
    private static readonly DateTimeOffset Noon = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_560);

    /// <summary>A store over the data of this test, empty the first time.</summary>
    internal abstract Task<ISuppressionStore> OpenAsync(AddressSecret secret);

    private static ChannelAddress Mail(string address, string tenant = "acme") => new(tenant, DeliveryChannel.Email, address);

    private static Suppression Bounced(string address, string tenant = "acme") => new(Mail(address, tenant), SuppressionReason.HardBounce, null, Noon);

    [Fact]
    public async Task What_is_unknown_may_be_sent_to()
    {
        var store = await OpenAsync(Secret);
        (await store.FindAsync([Mail("ada@example.org"), Mail("")], CancellationToken.None)).ShouldBe([null, null]);
        (await store.FindAsync([], CancellationToken.None)).ShouldBeEmpty();
        (await store.AddAsync([], CancellationToken.None)).ShouldBe(0);
        (await store.ListAsync("acme", null, 10, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Everything_of_a_suppression_is_kept_but_the_address()
    {
        var store = await OpenAsync(Secret);
        var full = new Suppression(Mail("ada@example.org"), SuppressionReason.Complaint, "550 <ada@example.org> \u00e4\ud83d\ude00", Noon);
        var bare = new Suppression(new ChannelAddress("acme", DeliveryChannel.Sms, "+49301234567"), SuppressionReason.Manual, null, Noon.AddSeconds(1));
        (await store.AddAsync([full, bare], CancellationToken.None)).ShouldBe(2);
        var found = await store.FindAsync([bare.Target, Mail("bob@example.org"), full.Target], CancellationToken.None);
        found[0]!.ShouldBe(new SuppressedAddress(found[0]!.Id, DeliveryChannel.Sms, "***67", SuppressionReason.Manual, null, Noon.AddSeconds(1), found[0]!.Place));
        found[1].ShouldBeNull();
        found[2]!.ShouldBe(new SuppressedAddress(found[2]!.Id, DeliveryChannel.Email, "a***@example.org", SuppressionReason.Complaint, "550 <a***@example.org> \u00e4\ud83d\ude00", Noon, found[2]!.Place));
        (await store.ListAsync("acme", null, 10, CancellationToken.None)).ShouldBe([found[0]!, found[2]!], ignoreOrder: true);
    }

    [Fact]
    public async Task One_address_is_one_however_it_is_written()
    {
        var store = await OpenAsync(Secret);
        (await store.AddAsync([Bounced("Ada@B\u00dccher.Example"), Bounced(" ada@b\u00fccher.example ")], CancellationToken.None)).ShouldBe(1);
        (await store.AddAsync([Bounced("ada@xn--bcher-kva.example")], CancellationToken.None)).ShouldBe(0);
        (await store.FindAsync([Mail("ADA@xn--bcher-kva.EXAMPLE")], CancellationToken.None)).Single().ShouldNotBeNull();
    }

    [Fact]
    public async Task Tenants_and_channels_do_not_share_suppressions_nor_hashes()
    {
        var store = await OpenAsync(Secret);
        await store.AddAsync([Bounced("ada@example.org"), Bounced("ada@example.org", "globex")], CancellationToken.None);
        var found = await store.FindAsync(
            [Mail("ada@example.org"), Mail("ada@example.org", "globex"), Mail("ada@example.org", "initech"), new ChannelAddress("acme", DeliveryChannel.Webhook, "ada@example.org")], CancellationToken.None);
        found.Select(row => row is not null).ShouldBe([true, true, false, false]);
        found[0]!.Id.ShouldNotBe(found[1]!.Id);
        (await store.RemoveAsync("globex", found[0]!.Id, CancellationToken.None)).ShouldBeFalse();
        (await store.ListAsync("acme", null, 10, CancellationToken.None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_weightier_reason_is_kept_and_a_lighter_one_is_not()
    {
        var store = await OpenAsync(Secret);
        var target = Mail("ada@example.org");
        async Task<SuppressedAddress> AfterAsync(SuppressionReason reason, int hours, int added)
        {
            (await store.AddAsync([new Suppression(target, reason, reason.Wire(), Noon.AddHours(hours))], CancellationToken.None)).ShouldBe(added);
            return (await store.FindAsync([target], CancellationToken.None)).Single()!;
        }

        var first = await AfterAsync(SuppressionReason.HardBounce, 0, added: 1);
        (await AfterAsync(SuppressionReason.Complaint, 1, added: 0)).ShouldBe(first with { Reason = SuppressionReason.Complaint, Detail = "complaint" });
        (await AfterAsync(SuppressionReason.Manual, 2, added: 0)).Reason.ShouldBe(SuppressionReason.Complaint);
    }

    [Fact]
    public async Task One_batch_may_name_an_address_twice()
    {
        var store = await OpenAsync(Secret);
        var complaint = new Suppression(Mail("Ada@example.org"), SuppressionReason.Complaint, "spam", Noon.AddHours(1));
        (await store.AddAsync([Bounced("ada@example.org"), complaint, Bounced("bob@example.org")], CancellationToken.None)).ShouldBe(2);
        var kept = (await store.FindAsync([complaint.Target], CancellationToken.None)).Single()!;
        (kept.Reason, kept.Detail, kept.Since).ShouldBe((SuppressionReason.Complaint, "spam", Noon));
    }

    [Fact]
    public async Task What_is_removed_may_be_sent_to_again_and_can_be_suppressed_again()
    {
        var store = await OpenAsync(Secret);
        await store.AddAsync([Bounced("ada@example.org")], CancellationToken.None);
        var id = (await store.FindAsync([Mail("ada@example.org")], CancellationToken.None)).Single()!.Id;
        (await store.RemoveAsync("acme", id, CancellationToken.None)).ShouldBeTrue();
        (await store.RemoveAsync("acme", id, CancellationToken.None)).ShouldBeFalse();
        (await store.RemoveAsync("acme", "no id of ours", CancellationToken.None)).ShouldBeFalse();
        (await store.FindAsync([Mail("ada@example.org")], CancellationToken.None)).ShouldBe([null]);
        (await store.AddAsync([Bounced("ada@example.org")], CancellationToken.None)).ShouldBe(1);
    }

    [Fact]
    public async Task With_another_secret_nothing_can_be_compared()
    {
        await (await OpenAsync(Secret)).AddAsync([Bounced("ada@example.org")], CancellationToken.None);
        (await (await OpenAsync(new AddressSecret(""))).FindAsync([Mail("ada@example.org")], CancellationToken.None)).ShouldBe([null]);
    }

    [Fact]
    public async Task Pages_of_a_tenant_join_without_gap_or_repeat()
    {
        var store = await OpenAsync(Secret);
        for (var index = 0; index < 7; index++)
        {
            await store.AddAsync([Bounced($"{index}@a.example"), Bounced($"{index}@g.example", "globex")], CancellationToken.None);
        }

        var seen = new List<string>();
        long? before = null;
        while (await store.ListAsync("acme", before, 3, CancellationToken.None) is { Count: > 0 } page)
        {
            seen.AddRange(page.Select(row => row.Masked));
            before = page[^1].Place;
        }

        seen.ShouldBe(Enumerable.Range(0, 7).Reverse().Select(index => $"{index}***@a.example"));
    }
}
