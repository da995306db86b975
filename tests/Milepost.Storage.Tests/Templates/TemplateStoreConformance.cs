using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;

namespace Milepost.Storage.Tests.Templates;

/// <summary>What every template store must do.</summary>
public abstract class TemplateStoreConformance
{
    private static readonly DateTimeOffset Noon = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);
    private static readonly TemplateName German = new("order.delivered", NotificationChannel.Email, "de");
    private static readonly TemplateName French = German with { Locale = "fr" };

    private static readonly TemplateSource Source = new() { Title = "Zugestellt \ud83d\ude00", Html = "<p>\"{{order.id}}\"</p>\n", Layout = "layout" };

    /// <summary>A store without data.</summary>
    internal abstract Task<ITemplateStore> OpenAsync();

    [Fact]
    public async Task What_is_unknown_is_empty()
    {
        var store = await OpenAsync();
        (await store.ListAsync("acme", CancellationToken.None)).ShouldBeEmpty();
        (await store.VersionsAsync("acme", German, 10, CancellationToken.None)).ShouldBeEmpty();
        (await store.FindAsync("acme", German, 1, CancellationToken.None)).ShouldBeNull();
        (await store.PublishAsync("acme", German, 1, "ada", Noon, CancellationToken.None)).ShouldBeNull();
        (await store.RetireAsync("acme", German, Noon, CancellationToken.None)).ShouldBeFalse();
        (await store.ListUsedAsync(DateTimeOffset.MinValue, DateTimeOffset.MinValue, CancellationToken.None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Everything_of_a_version_is_kept()
    {
        var store = await OpenAsync();
        var added = await store.AddAsync("acme", German, Source, "ada", Noon, CancellationToken.None);
        added.ShouldBe(new TemplateVersion { Tenant = "acme", Name = German, Number = 1, Source = Source, CreatedAt = Noon, CreatedBy = "ada" });
        (await store.FindAsync("acme", German, 1, CancellationToken.None)).ShouldBe(added);
        var published = await store.PublishAsync("acme", German, 1, "bob", Noon.AddHours(1), CancellationToken.None);
        published.ShouldBe(added with { PublishedAt = Noon.AddHours(1), PublishedBy = "bob" });
        (await store.FindAsync("acme", German, 1, CancellationToken.None)).ShouldBe(published);
        (await store.FindAsync("acme", French, 1, CancellationToken.None)).ShouldBeNull("it is another template's");
        (await store.FindAsync("globex", German, 1, CancellationToken.None)).ShouldBeNull("it is another tenant's");
    }

    [Fact]
    public async Task Numbers_run_through_all_templates_of_a_tenant()
    {
        var store = await OpenAsync();
        (await store.AddAsync("acme", German, Source, "ada", Noon, CancellationToken.None)).Number.ShouldBe(1);
        (await store.AddAsync("acme", French, Source, "ada", Noon, CancellationToken.None)).Number.ShouldBe(2);
        (await store.AddAsync("globex", German, Source, "ada", Noon, CancellationToken.None)).Number.ShouldBe(1);
        (await store.AddAsync("acme", German, Source, "ada", Noon, CancellationToken.None)).Number.ShouldBe(3);
        (await store.VersionsAsync("acme", German, 10, CancellationToken.None)).Select(version => version.Number).ShouldBe([3, 1]);
        (await store.VersionsAsync("acme", German, 1, CancellationToken.None)).Select(version => version.Number).ShouldBe([3]);
    }

    [Fact]
    public async Task Numbers_given_at_the_same_time_are_different()
    {
        var store = await OpenAsync();
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => store.AddAsync("acme", German, Source, "ada", Noon, CancellationToken.None)));
        added.Select(version => version.Number).ShouldBe(Enumerable.Range(1, 20), ignoreOrder: true);
    }

    [Fact]
    public async Task One_version_is_in_use_and_an_older_one_can_be_again()
    {
        var store = await OpenAsync();
        await store.AddAsync("acme", German, Source, "ada", Noon, CancellationToken.None);
        await store.AddAsync("acme", German, Source with { Title = "Da!" }, "ada", Noon, CancellationToken.None);
        await store.PublishAsync("acme", German, 1, "ada", Noon.AddHours(1), CancellationToken.None);
        await store.PublishAsync("acme", German, 2, "ada", Noon.AddHours(2), CancellationToken.None);
        (await InUseAsync(store)).ShouldBe([2]);
        (await store.FindAsync("acme", German, 1, CancellationToken.None))!.RetiredAt.ShouldBe(Noon.AddHours(2));
        await store.PublishAsync("acme", German, 1, "ada", Noon.AddHours(3), CancellationToken.None);
        (await InUseAsync(store)).ShouldBe([1]);
        (await store.PublishAsync("acme", German, 9, "ada", Noon.AddHours(4), CancellationToken.None)).ShouldBeNull();
        (await InUseAsync(store)).ShouldBe([1], "what is not there takes nothing out of use");
        (await store.RetireAsync("acme", German, Noon.AddHours(5), CancellationToken.None)).ShouldBeTrue();
        (await InUseAsync(store)).ShouldBeEmpty();
        (await store.RetireAsync("acme", German, Noon.AddHours(6), CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task The_list_tells_what_is_newest_and_what_is_in_use()
    {
        var store = await OpenAsync();
        await store.AddAsync("acme", French, Source, "ada", Noon, CancellationToken.None);
        await store.AddAsync("acme", German, Source, "ada", Noon, CancellationToken.None);
        await store.PublishAsync("acme", German, 2, "ada", Noon.AddHours(1), CancellationToken.None);
        await store.AddAsync("acme", German, Source, "ada", Noon.AddMinutes(1), CancellationToken.None);
        await store.AddAsync("globex", German, Source, "ada", Noon, CancellationToken.None);
        (await store.ListAsync("acme", CancellationToken.None)).ShouldBe([
            new ListedTemplate(German, 3, 2, Noon.AddHours(1)),
            new ListedTemplate(French, 1, null, Noon),
        ]);
    }

    [Fact]
    public async Task What_was_used_is_read_since_a_time_for_all_tenants()
    {
        var store = await OpenAsync();
        await store.AddAsync("acme", German, Source, "ada", Noon, CancellationToken.None);
        await store.AddAsync("acme", German, Source, "ada", Noon, CancellationToken.None);
        await store.AddAsync("globex", French, Source, "ada", Noon, CancellationToken.None);
        await store.PublishAsync("acme", German, 1, "ada", Noon.AddHours(1), CancellationToken.None);
        await store.PublishAsync("acme", German, 2, "ada", Noon.AddHours(2), CancellationToken.None);
        await store.PublishAsync("globex", French, 1, "ada", Noon.AddHours(3), CancellationToken.None);
        (await UsedAsync(store, DateTimeOffset.MinValue, DateTimeOffset.MinValue)).ShouldBe(["acme 1", "acme 2", "globex 1"]);
        (await UsedAsync(store, Noon.AddHours(2), DateTimeOffset.MinValue)).ShouldBe(["acme 1", "acme 2", "globex 1"], "the first one was retired then");
        (await UsedAsync(store, DateTimeOffset.MinValue, Noon.AddHours(2))).ShouldBe(["acme 1", "acme 2", "globex 1"]);
        (await UsedAsync(store, DateTimeOffset.MinValue, Noon.AddHours(2).AddTicks(1))).ShouldBe(["acme 2", "globex 1"]);
        (await UsedAsync(store, Noon.AddHours(2).AddTicks(1), DateTimeOffset.MinValue)).ShouldBe(["globex 1"]);
    }

    private static async Task<IEnumerable<int>> InUseAsync(ITemplateStore store) =>
        (await store.VersionsAsync("acme", German, 10, CancellationToken.None)).Where(version => version.IsInUse).Select(version => version.Number);

    private static async Task<IEnumerable<string>> UsedAsync(ITemplateStore store, DateTimeOffset changedSince, DateTimeOffset retiredSince) =>
        (await store.ListUsedAsync(changedSince, retiredSince, CancellationToken.None)).Select(version => $"{version.Tenant} {version.Number}").Order(StringComparer.Ordinal);
}
