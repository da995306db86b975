using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Customers;
using Milepost.Core.Orders;
using Milepost.Core.Streams;
using Milepost.Core.Tests;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Streams;

namespace Milepost.Storage.Tests.Customers;

/// <summary>The customers of a store, and its other ports.</summary>
internal sealed record CustomerStores(ICustomerStore Customers, Stores Stores);

/// <summary>What every store of customers must do.</summary>
public abstract class CustomerStoreConformance
{
    private static readonly StreamName Stream = StreamName.Customer(Some.Tenant, "c-1");
    private static readonly byte[] Empty = "{}"u8.ToArray();

    /// <summary>A store without data.</summary>
    internal abstract Task<CustomerStores> OpenAsync();

    [Fact]
    public async Task Who_is_unknown_stays_so_until_something_is_decided()
    {
        var (customers, stores) = await OpenAsync();
        (await FindAsync(customers)).ShouldBeNull();
        CustomerState? seen = null;
        await customers.ChangeAsync(
            Some.Tenant, "c-1",
            state =>
            {
                seen = state;
                return CustomerChange.None;
            },
            CancellationToken.None);
        seen.ShouldNotBeNull();
        (seen.Customer.Tenant, seen.Customer.Profile, seen.Stream, seen.Head).ShouldBe((Some.Tenant, new CustomerProfile { Id = "c-1" }, Stream, default));
        (await FindAsync(customers)).ShouldBeNull();
        (await stores.EntriesAsync(Stream)).ShouldBeEmpty();
        (await RemoveAsync(customers, "c-1", "d-1", "a-1")).ShouldBeFalse();
    }

    [Fact]
    public async Task Everything_of_a_customer_is_kept()
    {
        var (customers, _) = await OpenAsync();
        var full = new Customer
        {
            Tenant = Some.Tenant,
            Profile = new CustomerProfile { Id = "c-1", Name = "Ada \"L\"\n\u00e4\ud83d\ude00", Email = "a@b.c", Phone = "+491", Locale = "de", TimeZone = "Europe/Berlin" },
            ProfileKey = new EventKey(Some.Evening.AddTicks(1), "/s", "e"),
            PreferencesVersion = 7,
            Preferences = new NotificationPreferences
            {
                Channels = new Dictionary<NotificationChannel, bool> { [NotificationChannel.InApp] = true, [NotificationChannel.Sms] = false },
                Categories = new Dictionary<NotificationCategory, IReadOnlyDictionary<NotificationChannel, bool>> { [NotificationCategory.Social] = Only(NotificationChannel.Push, false) },
                Types = new Dictionary<string, IReadOnlyDictionary<NotificationChannel, bool>> { ["order.delivered"] = Only(NotificationChannel.Email, false) },
                QuietHours = new QuietHours
                {
                    Enabled = true,
                    Days = new Dictionary<string, IReadOnlyList<QuietWindow>> { ["monday"] = [new("22:00", "07:00")] },
                    Channels = [NotificationChannel.Push],
                    Types = new Dictionary<string, QuietRule> { ["order.arriving"] = QuietRule.Drop },
                },
                TimeZone = "Asia/Kolkata",
                Locale = "pt-BR",
            },
        };
        await customers.ChangeAsync(Some.Tenant, "c-1", _ => new CustomerChange { Customer = full }, CancellationToken.None);
        var device = Device("d-1", "a-1") with { Kind = DeviceKind.WebPush, PublicKey = "p", Secret = "s", TimeZone = "UTC", Locale = "en" };
        await ClaimAsync(customers, "c-1", device);
        Json(await FindAsync(customers)).ShouldBe(Json(full with { Devices = [device] }));
    }

    [Fact]
    public async Task Entries_follow_the_head_and_the_inbox_counts_stay()
    {
        var (customers, stores) = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-1", 1), Some.Event("e-2", "order.note.added", 2) with { Note = "n", CustomerVisible = true });
        var before = await stores.InboxAsync();
        before.Inbox.Unread.ShouldBe(2);
        await customers.ChangeAsync(
            Some.Tenant, "c-1",
            state =>
            {
                var first = StreamEntry.Next(state.Stream, state.Head, "one", Empty, Stores.Now);
                var second = StreamEntry.Next(state.Stream, new StreamHead(first.Offset, first.Check), "two", Empty, Stores.Now);
                return new CustomerChange { Entries = [first, second] };
            },
            CancellationToken.None);
        var after = await stores.InboxAsync();
        (after.Inbox, after.Head.Offset).ShouldBe((before.Inbox, before.Head.Offset + 2));
        await stores.RecordAsync(Some.Event("e-3", "order.note.added", 3) with { Note = "n", CustomerVisible = true });
        var entries = await stores.EntriesAsync(Stream);
        entries.Select(entry => (entry.Offset, entry.Type)).ShouldBe([(1, "notification.new"), (2, "notification.new"), (3, "one"), (4, "two"), (5, "notification.new")]);
        entries[^1].Check.ShouldBe(entries.Aggregate(default(StreamHead), (head, entry) => head.Next(entry.Id)).Check);
    }

    [Fact]
    public async Task What_is_told_and_what_is_chosen_do_not_overwrite_each_other()
    {
        var (customers, stores) = await OpenAsync();
        await ChooseAsync(customers);
        await stores.RecordAsync(Some.Customer("e-1", 1, new CustomerProfile { Id = "c-1", Name = "Ada" }));
        await ClaimAsync(customers, "c-1", Device("d-1", "a-1"));
        await ChooseAsync(customers);
        var customer = (await FindAsync(customers)).ShouldNotBeNull();
        (customer.Profile.Name, customer.PreferencesVersion, customer.Devices.Count).ShouldBe(("Ada", 2, 1));
    }

    [Fact]
    public async Task Nothing_is_lost_when_both_happen_at_once()
    {
        const int rounds = 25;
        var (customers, stores) = await OpenAsync();
        await stores.RecordAsync(Some.Placed("e-0", 0));
        var told = Task.Run(async () =>
        {
            for (var index = 1; index <= rounds; index++)
            {
                await stores.RecordAsync(Some.Customer($"e-{index}", index, new CustomerProfile { Id = "c-1", Phone = $"+{index}" }));
            }
        });
        var chosen = Task.Run(async () =>
        {
            for (var index = 1; index <= rounds; index++)
            {
                await ChooseAsync(customers);
            }
        });
        var claimed = Task.Run(async () =>
        {
            for (var index = 1; index <= rounds; index++)
            {
                await ClaimAsync(customers, "c-1", Device($"d-{index % 3}", $"a-{index}"));
            }
        });
        await Task.WhenAll(told, chosen, claimed);

        var customer = (await FindAsync(customers)).ShouldNotBeNull();
        (customer.Profile.Phone, customer.PreferencesVersion, customer.Devices.Count).ShouldBe(($"+{rounds}", rounds, 3));
        var inbox = await stores.InboxAsync();
        inbox.Inbox.Total.ShouldBe(inbox.Items.Count);
        // One for the order, one for each change of a known number, one for each choice.
        var entries = await stores.EntriesAsync(Stream);
        entries.Select(entry => entry.Offset).ShouldBe(Enumerable.Range(1, rounds + rounds).Select(offset => (long)offset));
        inbox.Head.ShouldBe(entries.Aggregate(default(StreamHead), (head, entry) => head.Next(entry.Id)));
    }

    [Fact]
    public async Task An_address_belongs_to_whoever_claimed_it_last()
    {
        var (customers, _) = await OpenAsync();
        (await ClaimAsync(customers, "c-1", Device("d-1", "a-1"))).ShouldNotBeNull().Added.ShouldBeTrue();
        (await ClaimAsync(customers, "c-1", Device("d-1", "a-1", seconds: 5))).ShouldNotBeNull().Added.ShouldBeFalse();
        (await FindAsync(customers))!.Devices.ShouldHaveSingleItem().SeenAt.ShouldBe(Some.Evening.AddSeconds(5));
        await ClaimAsync(customers, "c-1", Device("d-2", "a-2"));
        await ClaimAsync(customers, "c-2", Device("d-1", "a-1"));
        await DevicesShouldBeAsync(customers, "c-1", "d-2/a-2");
        await DevicesShouldBeAsync(customers, "c-2", "d-1/a-1");
        await ClaimAsync(customers, "c-1", Device("d-1", "a-1"));
        await DevicesShouldBeAsync(customers, "c-1", "d-2/a-2 d-1/a-1");
        await DevicesShouldBeAsync(customers, "c-2", "");
    }

    [Fact]
    public async Task An_address_of_another_tenant_or_kind_is_another_one()
    {
        var (customers, _) = await OpenAsync();
        await ClaimAsync(customers, "c-1", Device("d-1", "a-1"));
        await customers.ClaimDeviceAsync("globex", "c-2", Device("d-1", "a-1"), CancellationToken.None);
        await ClaimAsync(customers, "c-2", Device("d-1", "a-1") with { Kind = DeviceKind.Apns });
        await DevicesShouldBeAsync(customers, "c-1", "d-1/a-1");
        await DevicesShouldBeAsync(customers, "c-2", "d-1/a-1");
    }

    [Fact]
    public async Task A_device_with_a_new_address_gives_the_old_one_free()
    {
        var (customers, _) = await OpenAsync();
        await ClaimAsync(customers, "c-1", Device("d-1", "old"));
        await ClaimAsync(customers, "c-1", Device("d-1", "new"));
        await ClaimAsync(customers, "c-2", Device("d-9", "old"));
        await DevicesShouldBeAsync(customers, "c-1", "d-1/new");
        await DevicesShouldBeAsync(customers, "c-2", "d-9/old");
    }

    [Fact]
    public async Task Beyond_the_limit_the_device_seen_longest_ago_goes()
    {
        var (customers, _) = await OpenAsync();
        for (var index = 0; index < Core.Customers.Device.MaxPerCustomer; index++)
        {
            await ClaimAsync(customers, "c-1", Device($"d-{index}", $"a-{index}", index == 3 ? -60 : index));
        }

        await ClaimAsync(customers, "c-1", Device("d-new", "a-new", 100));
        var devices = (await FindAsync(customers))!.Devices;
        devices.Count.ShouldBe(Core.Customers.Device.MaxPerCustomer);
        devices.ShouldNotContain(device => device.Id == "d-3");
        // Its address is free: taking it takes it from nobody.
        await ClaimAsync(customers, "c-2", Device("d-3", "a-3"));
        (await FindAsync(customers))!.Devices.Count.ShouldBe(Core.Customers.Device.MaxPerCustomer);
    }

    [Fact]
    public async Task A_dead_address_is_removed_only_while_the_device_has_it()
    {
        var (customers, _) = await OpenAsync();
        await ClaimAsync(customers, "c-1", Device("d-1", "new"));
        (await RemoveAsync(customers, "c-1", "d-1", "old")).ShouldBeFalse();
        await DevicesShouldBeAsync(customers, "c-1", "d-1/new");
        (await RemoveAsync(customers, "c-1", "d-1", "new")).ShouldBeTrue();
        (await RemoveAsync(customers, "c-1", "d-1", "new")).ShouldBeFalse();
        await DevicesShouldBeAsync(customers, "c-1", "");
        (await ClaimAsync(customers, "c-1", Device("d-1", "new"))).ShouldNotBeNull().Added.ShouldBeTrue();
    }

    [Fact]
    public async Task Of_many_who_claim_one_address_at_once_one_has_it()
    {
        var (customers, _) = await OpenAsync();
        string[] ids = [.. Enumerable.Range(1, 6).Select(index => $"c-{index}")];
        for (var round = 0; round < 5; round++)
        {
            var number = round;
            await Task.WhenAll(ids.Select(id => Task.Run(() => ClaimAsync(customers, id, Device("d", $"a-{number}", number)))));
            var holders = await Task.WhenAll(ids.Select(id => FindAsync(customers, id)));
            holders.Count(holder => holder?.Devices.Any(device => device.Address == $"a-{number}") == true).ShouldBe(1);
        }
    }

    [Fact]
    public async Task Who_swap_their_devices_all_the_time_do_not_wait_for_each_other_for_ever()
    {
        var (customers, _) = await OpenAsync();
        await Task.WhenAll(((string[])["c-1", "c-2"]).Select(id => Task.Run(async () =>
        {
            for (var round = 0; round < 20; round++)
            {
                await ClaimAsync(customers, id, Device("d-1", "x", round));
                await ClaimAsync(customers, id, Device("d-2", "y", round));
            }
        })));
        var both = (await FindAsync(customers, "c-1"))!.Devices.Concat((await FindAsync(customers, "c-2"))!.Devices).Select(device => device.Address);
        both.ShouldBe(["x", "y"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_device_is_not_slipped_in_by_a_change()
    {
        var (customers, _) = await OpenAsync();
        await Should.ThrowAsync<InvalidOperationException>(() => customers.ChangeAsync(
            Some.Tenant, "c-1", state => new CustomerChange { Customer = state.Customer with { Devices = [Device("d", "a")] } }, CancellationToken.None));
        (await FindAsync(customers)).ShouldBeNull();
    }

    [Fact]
    public async Task The_erased_get_no_devices()
    {
        var (customers, _) = await OpenAsync();
        await customers.ChangeAsync(Some.Tenant, "c-1", state => new CustomerChange { Customer = state.Customer with { ErasedAt = Some.Evening } }, CancellationToken.None);
        (await ClaimAsync(customers, "c-1", Device("d", "a"))).ShouldBeNull();
        await DevicesShouldBeAsync(customers, "c-1", "");
    }

    private static Device Device(string id, string address, double seconds = 0) =>
        new() { Id = id, Kind = DeviceKind.Fcm, Address = address, SeenAt = Some.Evening.AddSeconds(seconds) };

    private static Dictionary<NotificationChannel, bool> Only(NotificationChannel channel, bool choice) => new() { [channel] = choice };

    private static string Json(Customer? customer) => JsonSerializer.Serialize(customer, CoreJson.Default.Customer!);

    private static Task<Customer?> FindAsync(ICustomerStore customers, string id = "c-1") => customers.FindAsync(Some.Tenant, id, CancellationToken.None);

    private static Task<DeviceClaim?> ClaimAsync(ICustomerStore customers, string id, Device device) => customers.ClaimDeviceAsync(Some.Tenant, id, device, CancellationToken.None);

    private static Task<bool> RemoveAsync(ICustomerStore customers, string id, string device, string address) =>
        customers.RemoveDeviceAsync(Some.Tenant, id, device, address, CancellationToken.None);

    private static async Task DevicesShouldBeAsync(ICustomerStore customers, string id, string expected) =>
        string.Join(' ', (await FindAsync(customers, id))!.Devices.Select(device => $"{device.Id}/{device.Address}")).ShouldBe(expected);

    private static Task<CustomerChange> ChooseAsync(ICustomerStore customers) => customers.ChangeAsync(
        Some.Tenant, "c-1",
        state => new CustomerChange
        {
            Customer = state.Customer with { PreferencesVersion = state.Customer.PreferencesVersion + 1 },
            Entries = [StreamEntry.Next(state.Stream, state.Head, FrameTypes.PreferencesChanged, Empty, Stores.Now)],
        },
        CancellationToken.None);
}
