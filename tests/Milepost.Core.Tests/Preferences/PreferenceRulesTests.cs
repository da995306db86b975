using Milepost.Core.Notifications;
using Milepost.Core.Preferences;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Tests.Preferences;

public sealed class PreferenceRulesTests
{
    private const NotificationChannel Email = NotificationChannel.Email;
    private static readonly NotificationPreferences None = new();

    [Theory]
    [InlineData("t c h / t c h", "customer_type")]
    [InlineData("c h / t c h", "customer_category")]
    [InlineData("h / t c h", "customer_channel")]
    [InlineData("/ t c h", "tenant_type")]
    [InlineData("/ c h", "tenant_category")]
    [InlineData("/ h", "tenant_channel")]
    [InlineData("/", "default")]
    public void The_most_special_choice_counts_the_customer_s_before_the_tenant_s(string chosen, string source)
    {
        var sides = chosen.Split('/');
        // Only the one that should count says no.
        var left = sides[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var right = sides[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var choice = Decide(Preferences(left, left.FirstOrDefault()), Preferences(right, left.Length == 0 ? right.FirstOrDefault() : null));
        choice.ShouldBe(new Choice(Allowed: source == "default", Enum.Parse<ChoiceSource>(source.Replace("_", "", StringComparison.Ordinal), ignoreCase: true), Fixed: false));
    }

    [Fact]
    public void What_is_chosen_for_another_channel_type_or_category_says_nothing()
    {
        var others = new NotificationPreferences
        {
            Channels = new Dictionary<NotificationChannel, bool> { [NotificationChannel.Push] = false },
            Categories = new Dictionary<NotificationCategory, IReadOnlyDictionary<NotificationChannel, bool>>
            {
                [NotificationCategory.Social] = Row(no: true),
                [NotificationCategory.Order] = new Dictionary<NotificationChannel, bool> { [NotificationChannel.Sms] = false },
            },
            Types = new Dictionary<string, IReadOnlyDictionary<NotificationChannel, bool>> { ["order.placed"] = Row(no: true) },
        };
        Decide(others, others).ShouldBe(new Choice(Allowed: true, ChoiceSource.Default, Fixed: false));
    }

    [Fact]
    public void Only_sms_is_off_where_nobody_has_chosen()
    {
        foreach (var channel in Enum.GetValues<NotificationChannel>())
        {
            PreferenceRules.Decide("order.delivered", NotificationCategory.Order, critical: false, channel, None, None).Allowed.ShouldBe(channel != NotificationChannel.Sms);
            PreferenceRules.Decide("our.own", NotificationCategory.System, critical: false, channel, None, None).Allowed.ShouldBe(channel != NotificationChannel.Sms);
        }
    }

    [Fact]
    public void What_is_critical_goes_everywhere_whatever_was_chosen()
    {
        var no = Preferences(["t", "c", "h"], "t");
        foreach (var channel in Enum.GetValues<NotificationChannel>())
        {
            PreferenceRules.Decide("order.delivered", NotificationCategory.Order, critical: true, channel, no, no).ShouldBe(new Choice(Allowed: true, ChoiceSource.Critical, Fixed: true));
        }
    }

    [Fact]
    public void Each_choice_has_words()
    {
        var words = Enum.GetValues<ChoiceSource>()
            .SelectMany(source => Enum.GetValues<NotificationChannel>().Select(channel => (source, channel)))
            .SelectMany(row => ((bool[])[true, false]).Select(allowed => PreferenceRules.Words(new Choice(allowed, row.source, Fixed: false), row.channel)))
            .ToList();
        words.Distinct().Count().ShouldBe(words.Count);
        PreferenceRules.Words(new Choice(Allowed: false, ChoiceSource.CustomerType, Fixed: false), Email).ShouldBe("By e-mail: no; the customer chose so for this type.");
    }

    [Fact]
    public void The_table_knows_every_rule_and_is_of_one_mind_with_it()
    {
        var rules = NotificationRules.ByStatus.Values.Concat(NotificationRules.Beside).ToList();
        NotificationTypes.All.Select(type => (type.Type, type.Category, type.Priority)).ShouldBe(rules.Select(rule => (rule.Type, rule.Category, rule.Priority)));
        NotificationTypes.All.ShouldAllBe(type => type.UsefulFor > TimeSpan.Zero && PreferenceReader.IsTypeName(type.Type));
        NotificationTypes.All.Where(type => type.Critical).Select(type => type.Type).ShouldBe(["order.exception", "order.cancelled", "customer.updated"]);
        NotificationTypes.All.Where(type => type.Critical).ShouldAllBe(type => type.Quiet == QuietRule.Now);
        NotificationTypes.All.Where(type => type.Quiet == QuietRule.Drop).ShouldAllBe(type => type.Priority == NotificationPriority.Low);
        NotificationTypes.Find("order.arriving").ShouldNotBeNull().UsefulFor.ShouldBe(TimeSpan.FromMinutes(10));
    }

    [Theory]
    [InlineData(NotificationCategory.System, NotificationPriority.Low, QuietRule.Drop, false)]
    [InlineData(NotificationCategory.System, NotificationPriority.Normal, QuietRule.Defer, false)]
    [InlineData(NotificationCategory.System, NotificationPriority.High, QuietRule.Defer, false)]
    [InlineData(NotificationCategory.System, NotificationPriority.Critical, QuietRule.Now, true)]
    [InlineData(NotificationCategory.Security, NotificationPriority.Low, QuietRule.Now, true)]
    public void A_tenant_s_own_type_is_treated_by_its_urgency(NotificationCategory category, NotificationPriority priority, QuietRule quiet, bool critical)
    {
        var type = NotificationTypes.Of("our.own", category, priority);
        (type.Quiet, type.Critical, type.UsefulFor).ShouldBe((quiet, critical, TimeSpan.FromHours(24)));
        type.GoesTo(NotificationChannel.Sms).ShouldBe(critical);
    }

    [Fact]
    public void Quiet_hours_hold_on_push_and_sms_unless_channels_were_chosen_and_never_in_the_inbox()
    {
        Channels(new QuietHours { Enabled = true }).ShouldBe([NotificationChannel.Sms, NotificationChannel.Push]);
        Channels(new QuietHours { Enabled = true, Channels = [Email] }).ShouldBe([Email]);
        Channels(new QuietHours { Enabled = true, Channels = [] }).ShouldBeEmpty();
        Channels(new QuietHours { Enabled = true, Channels = [NotificationChannel.InApp] }).ShouldBeEmpty();

        static IEnumerable<NotificationChannel> Channels(QuietHours quiet) => Enum.GetValues<NotificationChannel>().Where(channel => PreferenceRules.IsQuietOn(quiet, channel));
    }

    [Fact]
    public void A_rule_for_quiet_hours_can_be_chosen_but_not_for_what_is_critical()
    {
        var quiet = new QuietHours { Enabled = true, Types = new Dictionary<string, QuietRule> { ["order.arriving"] = QuietRule.Drop, ["order.cancelled"] = QuietRule.Drop } };
        PreferenceRules.Quiet(NotificationTypes.Find("order.arriving")!, quiet).ShouldBe(QuietRule.Drop);
        PreferenceRules.Quiet(NotificationTypes.Find("order.arriving")!, null).ShouldBe(QuietRule.Now);
        PreferenceRules.Quiet(NotificationTypes.Find("order.delivered")!, quiet).ShouldBe(QuietRule.Defer);
        PreferenceRules.Quiet(NotificationTypes.Find("order.cancelled")!, quiet).ShouldBe(QuietRule.Now);
    }

    private static Choice Decide(NotificationPreferences own, NotificationPreferences tenant) =>
        PreferenceRules.Decide("order.delivered", NotificationCategory.Order, critical: false, Email, own, tenant);

    private static NotificationPreferences Preferences(string[] levels, string? no) => new()
    {
        Types = levels.Contains("t") ? new Dictionary<string, IReadOnlyDictionary<NotificationChannel, bool>> { ["order.delivered"] = Row(no == "t") } : null,
        Categories = levels.Contains("c") ? new Dictionary<NotificationCategory, IReadOnlyDictionary<NotificationChannel, bool>> { [NotificationCategory.Order] = Row(no == "c") } : null,
        Channels = levels.Contains("h") ? Row(no == "h") : null,
    };

    private static Dictionary<NotificationChannel, bool> Row(bool no) => new() { [Email] = !no };
}
