using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Recording;
using Milepost.Core.Tenants;
using Milepost.Core.Tests;
using Milepost.Server.Tenants;
using Milepost.Testing;

namespace Milepost.Channels.Tests.Tenants;

public sealed class TenantLoopTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly MemoryTenantStore _store = new();
    private readonly TenantCatalog _catalog = new();
    private readonly TenantLoop _loop;

    public TenantLoopTests() => _loop = new TenantLoop(_store, _catalog, _clock, NullLogger<TenantLoop>.Instance);

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task What_was_set_before_the_start_is_known_when_it_has_started()
    {
        await PutAsync("acme", "Acme", 0, _clock.GetUtcNow().AddYears(-1));
        await _loop.StartAsync(CancellationToken.None);
        _catalog.Of("acme").Brand.Name.ShouldBe("Acme");
        _catalog.Of("globex").ShouldBe(TenantSettings.Default);
        await _loop.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task What_another_node_sets_is_known_after_the_next_pass_though_its_clock_is_behind()
    {
        await _loop.RunOnceAsync(CancellationToken.None);
        _clock.Advance(TimeSpan.FromHours(1));
        await _loop.RunOnceAsync(CancellationToken.None);
        await PutAsync("acme", "Acme", 0, _clock.GetUtcNow() - TenantLoop.Overlap);
        await _loop.RunOnceAsync(CancellationToken.None);
        _catalog.Of("acme").Brand.Name.ShouldBe("Acme");
    }

    [Fact]
    public async Task Nothing_starts_before_the_settings_were_read()
    {
        await PutAsync("acme", "Acme", 0, _clock.GetUtcNow());
        _store.Failure = new StoreUnavailableException("away");
        var starting = _loop.StartAsync(CancellationToken.None);
        starting.IsCompleted.ShouldBeFalse();
        _store.Failure = null;
        _clock.Advance(TenantLoop.Interval);
        await starting.Soon();
        _catalog.Of("acme").Brand.Name.ShouldBe("Acme");
        await _loop.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_store_that_is_away_takes_nothing_from_what_is_known()
    {
        await PutAsync("acme", "Acme", 0, _clock.GetUtcNow());
        await _loop.RunOnceAsync(CancellationToken.None);
        _store.Failure = new StoreUnavailableException("away");
        (await _loop.RunOnceAsync(CancellationToken.None)).ShouldBeFalse();
        _catalog.Of("acme").Brand.Name.ShouldBe("Acme");
    }

    [Fact]
    public void An_older_version_that_comes_late_changes_nothing()
    {
        _catalog.Learn([new StoredTenant("acme", new TenantSettings { Version = 2, RetentionDays = 2 }, default)]);
        _catalog.Learn([new StoredTenant("acme", new TenantSettings { Version = 1, RetentionDays = 1 }, default)]);
        _catalog.Of("acme").RetentionDays.ShouldBe(2);
    }

    [Fact]
    public async Task A_change_that_another_one_overtakes_is_decided_again()
    {
        var asked = 0;
        var change = await new TenantChanges(_store, _catalog, _clock).ChangeAsync("acme", null, settings => Overtaken(settings, ref asked) with { RetentionDays = 7 }, CancellationToken.None);
        var settings = change.ShouldBeOfType<TenantChange.Changed>().Settings;
        (settings.Version, settings.RetentionDays, settings.Brand.Name, asked).ShouldBe((2L, 7, "Other", 2));
        _catalog.Of("acme").Version.ShouldBe(2);
    }

    [Fact]
    public async Task A_change_of_one_version_that_another_one_overtakes_is_stale()
    {
        var asked = 0;
        var change = await new TenantChanges(_store, _catalog, _clock).ChangeAsync("acme", [0], settings => Overtaken(settings, ref asked) with { RetentionDays = 7 }, CancellationToken.None);
        change.ShouldBeOfType<TenantChange.Stale>();
        _catalog.Of("acme").RetentionDays.ShouldBeNull();
    }

    // Another node writes between our reading and our writing, once.
    private TenantSettings Overtaken(TenantSettings settings, ref int asked)
    {
        if (asked++ == 0)
        {
            PutAsync("acme", "Other", settings.Version, _clock.GetUtcNow()).IsCompletedSuccessfully.ShouldBeTrue();
        }

        return settings;
    }

    private Task<StoredTenant?> PutAsync(string tenant, string name, long expected, DateTimeOffset at) =>
        _store.PutAsync(tenant, new TenantSettings { Brand = new TenantBrand { Name = name } }, expected, at, CancellationToken.None);
}
