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
    public async Task Of_changes_at_once_none_is_lost()
    {
        var changes = new TenantChanges(_store, _catalog, _clock);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(index => Task.Run(() => changes.ChangeAsync(
            "acme", null, settings => settings with { Limits = settings.Limits with { SmsCountries = [.. settings.Limits.SmsCountries, $"{index + 1}"] } }, CancellationToken.None))));
        (await changes.ReadAsync("acme", CancellationToken.None)).Limits.SmsCountries.Count.ShouldBe(20);
        _catalog.Of("acme").Version.ShouldBe(20);
    }

    private Task<StoredTenant?> PutAsync(string tenant, string name, long expected, DateTimeOffset at) =>
        _store.PutAsync(tenant, new TenantSettings { Brand = new TenantBrand { Name = name } }, expected, at, CancellationToken.None);
}
