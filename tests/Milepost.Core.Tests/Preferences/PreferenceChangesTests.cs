using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Milepost.Core.Customers;
using Milepost.Core.Preferences;
using Milepost.Core.Tenants;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Streams;

namespace Milepost.Core.Tests.Preferences;

public sealed class PreferenceChangesTests
{
    private static readonly PreferenceChanges Changes = new(TenantSettings.Default, Some.Evening);

    // A place in the document, and what it may hold.
    private static readonly (string Path, string[] Values)[] Places =
    [
        ("channels/email", ["true", "false"]), ("channels/sms", ["true", "false"]), ("channels/push", ["true", "false"]),
        ("categories/order/email", ["true", "false"]), ("categories/social/push", ["true", "false"]),
        ("types/order.placed/email", ["true", "false"]), ("types/order.placed/push", ["true", "false"]), ("types/our.own/sms", ["true", "false"]),
        ("quietHours/enabled", ["true", "false"]), ("quietHours/days/monday", ["""[{"from":"22:00","to":"07:00"}]""", """[{"from":"01:00","to":"02:00"},{"from":"01:30","to":"03:00"}]"""]),
        ("quietHours/days/sunday", ["""[{"from":"00:00","to":"12:00"}]"""]), ("quietHours/channels", ["""["push"]""", """["sms","email"]"""]),
        ("quietHours/types/order.placed", ["\"now\"", "\"drop\""]), ("timeZone", ["\"Europe/Berlin\"", "\"UTC\""]), ("locale", ["\"de\"", "\"pt-BR\""]),
    ];

    [Fact]
    public void A_merge_changes_what_it_names_and_nothing_else() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll(Gen.Two(Document).ToArbitrary(), pair =>
        {
            // Whatever holds quiet hours says whether they are in force.
            var before = State(With(pair.Item1, "quietHours/enabled", "true"));
            var patch = With(pair.Item2, "quietHours/enabled", "false");
            // A patch that says what is so already changes nothing.
            var after = Merge(before, ToJson(patch)).Customer?.Preferences ?? before.Customer.Preferences;
            var expected = Leaves(before.Customer.Preferences);
            foreach (var (path, value) in patch)
            {
                expected[path] = value;
            }

            Leaves(after).ShouldBe(expected, ignoreOrder: true);

            // And null takes back exactly that.
            var back = Merge(State(after), ToJson([.. pair.Item2.Where(leaf => leaf.Path != "quietHours/enabled").Select(leaf => (leaf.Path, "null"))]));
            foreach (var (path, _) in pair.Item2.Where(leaf => leaf.Path != "quietHours/enabled"))
            {
                expected.Remove(path);
            }

            Leaves(back.Customer?.Preferences ?? after).ShouldBe(expected, ignoreOrder: true);
        }));

    [Fact]
    public void What_was_read_can_be_written_back_and_changes_nothing() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(Document.ToArbitrary(), leaves =>
        {
            var state = State(With(leaves, "quietHours/enabled", "true"));
            var own = JsonSerializer.SerializeToElement(PreferenceMatrix.Of(state.Customer, TenantSettings.Default).Own, ProtocolJson.Default.NotificationPreferences);
            foreach (var change in (PreferenceChange[])[Changes.Replace(state, own, null), Changes.Merge(state, own, null)])
            {
                (change.Problem, change.Customer, change.Entries.Count).ShouldBe((null, null, 0));
            }
        }));

    [Fact]
    public void A_change_counts_a_version_and_makes_one_entry_behind_the_head()
    {
        var state = State([]) with { Head = new StreamHead(41, 7) };
        var change = Merge(state, """{"locale":"de"}""");
        change.Customer!.PreferencesVersion.ShouldBe(1);
        var entry = change.Entries.ShouldHaveSingleItem();
        (entry.Stream, entry.Offset, entry.Check, entry.Type).ShouldBe((state.Stream, 42, state.Head.Next(entry.Id).Check, "preferences.changed"));
        JsonSerializer.Deserialize(entry.Data, ProtocolJson.Default.PreferencesView)!.Locale.ShouldBe("de");
    }

    [Fact]
    public void What_became_critical_since_it_was_switched_off_refuses_no_other_change()
    {
        var old = new NotificationPreferences { Types = new Dictionary<string, IReadOnlyDictionary<NotificationChannel, bool>> { ["order.cancelled"] = new Dictionary<NotificationChannel, bool> { [NotificationChannel.Email] = false } } };
        var change = Merge(State(old), """{"locale":"de"}""");
        change.Problem.ShouldBeNull();
        change.View!.Types["order.cancelled"].Channels[NotificationChannel.Email].Allowed.ShouldBeTrue();
        Merge(State(old), """{"types":{"order.cancelled":{"push":false}}}""").Problem!.Code.ShouldBe(ErrorCode.FixedChoice);
    }

    [Fact]
    public void Ending_e_mails_is_never_refused()
    {
        var full = new NotificationPreferences
        {
            Types = Enumerable.Range(0, PreferenceReader.MaxTypes)
                .ToDictionary(index => $"our.{index}", _ => (IReadOnlyDictionary<NotificationChannel, bool>)new Dictionary<NotificationChannel, bool> { [NotificationChannel.Push] = true }),
        };
        var after = Changes.EndEmail(State(full), "order.placed").Customer!.Preferences;
        after.Types!.Count.ShouldBe(PreferenceReader.MaxTypes + 1);
        Merge(State(after), """{"locale":"de"}""").Problem.ShouldBeNull();
        Changes.EndEmail(State(full), "order.cancelled").Customer.ShouldBeNull();
        Changes.EndEmail(State(full), NotificationCategory.Security).Customer.ShouldBeNull();
        Changes.EndEmail(State(full) with { Customer = State(full).Customer with { ErasedAt = Some.Evening } }, "order.placed").Customer.ShouldBeNull();
    }

    [Fact]
    public void The_tenant_s_quiet_hours_zone_and_locale_hold_where_nothing_was_chosen()
    {
        var quiet = QuietHoursCalendarTests.Days("monday 22:00-07:00");
        var tenant = new TenantSettings { Preferences = new NotificationPreferences { QuietHours = quiet, TimeZone = "Europe/Paris" }, Brand = new TenantBrand { Locale = "fr" } };
        var view = PreferenceMatrix.Of(null, tenant);
        (view.QuietHours, view.TimeZone, view.Locale).ShouldBe((quiet, "Europe/Paris", "fr"));
        var own = State("""{"quietHours":{"enabled":false},"timeZone":"UTC","locale":"de"}""").Customer;
        view = PreferenceMatrix.Of(own, tenant);
        (view.QuietHours!.Enabled, view.TimeZone, view.Locale).ShouldBe((false, "UTC", "de"));
        var device = new Device { Id = "d", Kind = DeviceKind.Fcm, Address = "a", TimeZone = "Asia/Tokyo", Locale = "ja", SeenAt = Some.Evening };
        (CustomerPlace.ZoneOf(own, tenant, device), CustomerPlace.LocaleOf(own, tenant, device)).ShouldBe(("Asia/Tokyo", "ja"));
        // A name that is no zone (an old event, a newer browser) is passed over.
        CustomerPlace.ZoneOf(own, tenant, device with { TimeZone = "Mars/Phobos" }).ShouldBe("UTC");
    }

    private static Gen<(string Path, string Value)[]> Document =>
        from places in Gen.SubListOf(Places)
        from choices in Gen.ArrayOf(Gen.Choose(0, 1), places.Count)
        select places.Select((place, index) => (place.Path, place.Values[choices[index] % place.Values.Length])).ToArray();

    private static (string Path, string Value)[] With((string Path, string Value)[] leaves, string path, string value) =>
        leaves.Any(leaf => leaf.Path == path) || !leaves.Any(leaf => leaf.Path.StartsWith("quietHours/", StringComparison.Ordinal)) ? leaves : [.. leaves, (path, value)];

    private static PreferenceChange Merge(CustomerState state, string json)
    {
        using var document = JsonDocument.Parse(json);
        return Changes.Merge(state, document.RootElement, null);
    }

    private static CustomerState State((string Path, string Value)[] leaves) => State(ToJson(leaves));

    private static CustomerState State(string json)
    {
        using var document = JsonDocument.Parse(json);
        var (preferences, problem) = PreferenceReader.Read(document.RootElement, new NotificationPreferences());
        problem.ShouldBeNull();
        return State(preferences!);
    }

    private static CustomerState State(NotificationPreferences preferences) =>
        new(CustomerWrite.Unknown(Some.Tenant, "c-1") with { Preferences = preferences }, StreamName.Customer(Some.Tenant, "c-1"), default);

    private static string ToJson((string Path, string Value)[] leaves)
    {
        var root = new JsonObject();
        foreach (var (path, value) in leaves)
        {
            var parts = path.Split('/');
            var parent = root;
            foreach (var part in parts[..^1])
            {
                parent = (parent[part] ??= new JsonObject()).AsObject();
            }

            parent[parts[^1]] = JsonNode.Parse(value);
        }

        return root.ToJsonString();
    }

    // The document as places and values; lists are values.
    private static Dictionary<string, string> Leaves(NotificationPreferences preferences)
    {
        var leaves = new Dictionary<string, string>(StringComparer.Ordinal);
        Walk(JsonSerializer.SerializeToElement(preferences, ProtocolJson.Default.NotificationPreferences), "");
        return leaves;

        void Walk(JsonElement element, string path)
        {
            if (element.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in element.EnumerateObject())
                {
                    Walk(property.Value, path.Length == 0 ? property.Name : $"{path}/{property.Name}");
                }
            }
            else
            {
                leaves[path] = element.GetRawText();
            }
        }
    }
}
