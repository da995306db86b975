using System.Text.Json;
using Milepost.Core;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;

namespace Milepost.Storage.Tests.Tenants;

/// <summary>What every tenant store must do.</summary>
public abstract class TenantStoreConformance
{
    private static readonly DateTimeOffset Noon = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    /// <summary>A store without data.</summary>
    internal abstract Task<ITenantStore> OpenAsync();

    [Fact]
    public async Task What_is_unknown_is_empty()
    {
        var store = await OpenAsync();
        (await store.FindAsync("acme", CancellationToken.None)).ShouldBeNull();
        (await store.ListSinceAsync(DateTimeOffset.MinValue, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Everything_is_kept()
    {
        var store = await OpenAsync();
        var put = await store.PutAsync("acme", Full(), expected: 0, Noon, CancellationToken.None);
        Text(put).ShouldBe(Text(new StoredTenant("acme", Full() with { Version = 1 }, Noon)));
        Text(await store.FindAsync("acme", CancellationToken.None)).ShouldBe(Text(put));
        Text((await store.ListSinceAsync(DateTimeOffset.MinValue, CancellationToken.None)).Single()).ShouldBe(Text(put));
        (await store.FindAsync("globex", CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task A_change_of_another_version_is_none()
    {
        var store = await OpenAsync();
        (await store.PutAsync("acme", Named("never"), expected: 3, Noon, CancellationToken.None)).ShouldBeNull();
        (await store.FindAsync("acme", CancellationToken.None)).ShouldBeNull();
        (await store.PutAsync("acme", Named("one"), expected: 0, Noon, CancellationToken.None))!.Settings.Version.ShouldBe(1);
        (await store.PutAsync("acme", Named("again"), expected: 0, Noon, CancellationToken.None)).ShouldBeNull();
        (await store.PutAsync("acme", Named("two") with { Version = 77 }, expected: 1, Noon.AddSeconds(1), CancellationToken.None))!.Settings.Version.ShouldBe(2);
        (await store.PutAsync("acme", Named("late"), expected: 1, Noon, CancellationToken.None)).ShouldBeNull();
        var kept = (await store.FindAsync("acme", CancellationToken.None))!;
        (kept.Settings.Version, kept.Settings.Brand.Name, kept.Updated).ShouldBe((2L, "two", Noon.AddSeconds(1)));
    }

    [Fact]
    public async Task Those_since_a_time_are_of_all_tenants_with_the_time_itself()
    {
        var store = await OpenAsync();
        foreach (var (tenant, second) in new[] { ("a", 0), ("b", 2), ("c", 1) })
        {
            await store.PutAsync(tenant, Named(tenant), expected: 0, Noon.AddSeconds(second), CancellationToken.None);
        }

        await store.PutAsync("a", Named("a2"), expected: 1, Noon.AddSeconds(3), CancellationToken.None);
        (await SinceAsync(Noon.AddSeconds(2))).ShouldBe(["a:a2", "b:b"]);
        (await SinceAsync(Noon.AddSeconds(2).AddTicks(1))).ShouldBe(["a:a2"]);
        (await SinceAsync(DateTimeOffset.MinValue)).ShouldBe(["a:a2", "b:b", "c:c"]);

        async Task<IEnumerable<string>> SinceAsync(DateTimeOffset at) =>
            (await store.ListSinceAsync(at, CancellationToken.None)).Select(row => $"{row.Tenant}:{row.Settings.Brand.Name}");
    }

    [Fact]
    public async Task Of_many_changes_of_one_version_one_counts()
    {
        var store = await OpenAsync();
        for (var version = 0; version < 5; version++)
        {
            var written = await Task.WhenAll(Enumerable.Range(0, 6).Select(writer =>
                Task.Run(() => store.PutAsync("acme", Named($"{version}-{writer}"), version, Noon, CancellationToken.None))));
            var winner = written.Single(row => row is not null);
            Text(await store.FindAsync("acme", CancellationToken.None)).ShouldBe(Text(winner));
        }
    }

    private static TenantSettings Named(string name) => new() { Brand = new TenantBrand { Name = name } };

    private static TenantSettings Full() => new()
    {
        Brand = new TenantBrand
        {
            Name = "Bäckerei \"Müller\"\n😀",
            LogoUrl = "https://cdn.example/l.png",
            Color = "#12AB34",
            SupportEmail = "help@acme.example",
            FromEmail = "news@acme.example",
            OrderUrl = "https://acme.example/o/{order}",
            Locale = "pt-BR",
        },
        Preferences = new NotificationPreferences
        {
            Channels = new Dictionary<NotificationChannel, bool> { [NotificationChannel.Sms] = true },
            Categories = new Dictionary<NotificationCategory, IReadOnlyDictionary<NotificationChannel, bool>>
            {
                [NotificationCategory.Social] = new Dictionary<NotificationChannel, bool> { [NotificationChannel.Email] = false },
            },
            QuietHours = new QuietHours { Enabled = true, Days = new Dictionary<string, IReadOnlyList<QuietWindow>> { ["monday"] = [new QuietWindow("22:00", "07:00")] } },
            TimeZone = "Europe/Berlin",
        },
        Limits = new TenantLimits { CustomerPerHour = 1, CustomerPerDay = 2, TenantPerSecond = 3, SmsSegmentsPerMonth = 4, SmsCountries = ["49", "1"] },
        Routes = new Dictionary<string, IReadOnlyList<RouteStep>>
        {
            ["order.delivered"] = [new RouteStep(NotificationChannel.Push, TimeSpan.Zero, UnlessAcknowledged: false), new RouteStep(NotificationChannel.Sms, TimeSpan.FromMinutes(10), UnlessAcknowledged: true)],
        },
        RetentionDays = 30,
        Webhooks =
        [
            new WebhookEndpoint
            {
                Id = "wh-1", Url = "https://hooks.acme.example/milepost", Secret = "whsec_bmV3", OldSecret = "whsec_b2xk", RotatedAt = Noon, Types = ["order.delivered"], Enabled = false,
                CreatedAt = Noon.AddDays(-1), OffReason = "It said that it is gone (410).",
            },
        ],
    };

    private static string Text(StoredTenant? row) => $"{row!.Tenant} {row.Updated:O} {row.Settings.Version} {JsonSerializer.Serialize(row.Settings, CoreJson.Default.TenantSettings)}";
}
