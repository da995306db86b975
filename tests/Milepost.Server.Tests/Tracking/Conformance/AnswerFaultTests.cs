using Milepost.LogisticsSimulator.Faults;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>
/// The whole server against the faults that spoil the service's answers: cards, routes and estimates. First with the fault from the start, where the service
/// says something at all; then with everything known, while the service comes to know something else.
/// </summary>
public sealed class AnswerFaultTests
{
    // So slow that the estimate becomes later by minutes.
    private const double Traffic = 0.15;

    // So many answers that were good keep a few bad ones from opening the breaker, which would stay open for longer than this story.
    private const int GoodReadings = 8;

    private static readonly TimeSpan MuchLater = TimeSpan.FromMinutes(2);

    public static TheoryData<FaultKind> Faults => [.. Expectations.Answers.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_was_known_stays_or_there_is_none_and_places_are_shown_as_soon_as_it_is_known_who_is_next(FaultKind fault)
    {
        var expected = Expectations.Answers[fault];
        var strike = expected.Strikes.ShouldHaveSingleItem();
        await using var rig = await Rig.StartAsync(new RigOptions { Meters = 1_600 });
        if (strike.IsAway)
        {
            await rig.BeginAsync(Stories.TransportOf(fault));
        }
        else
        {
            await FromTheStartAsync(rig, fault, strike, expected);
        }

        await Stories.IsWellAsync(rig);
        if (strike.IsAway)
        {
            await rig.ReadAgainAsync(GoodReadings);
        }

        await ThenAsync(rig, strike, expected);
        await Stories.DeliveredAsync(rig);
        Verdict.OfAll(rig, expected.MetersOff);
        Verdict.OfTheEnd(rig);
    }

    private static async Task FromTheStartAsync(Rig rig, FaultKind fault, Strike strike, Expectation expected)
    {
        // The service knows the order before the shop tells of it: that it does not know it (yet) would be an answer too.
        rig.Town.Ride(Rig.Order);
        rig.Town.Faults.Replace(strike.Faults);
        await rig.BeginAsync(Stories.TransportOf(fault), _ => { });
        await SeenAsync(rig, expected);
        await CountedAsync(rig, strike, expected, []);
        await rig.Page.UntilAsync(
            seen => seen[^1] is { EtaAt: not null } glance
                && glance.Name == (expected.Card is Known.Followed ? Town.CardName : Rig.ShopsName)
                && glance.PhotoUrl is null == expected.Card is not Known.Followed
                && glance.Way is null == expected.Route is not Known.Followed
                && (expected.Eta is Known.Followed || glance.EtaSource == "estimate"),
            $"what can be known with {strike}");
        await SeenAsync(rig, expected);
        foreach (var glance in rig.Pages.SelectMany(page => page.Seen))
        {
            (glance.Name is not null && Town.CardName.StartsWith(glance.Name, StringComparison.Ordinal) && expected.Card is not Known.Followed).ShouldBeFalse(glance.ToString());
            (glance.Way is not null && expected.Route is not Known.Followed).ShouldBeFalse(glance.ToString());
        }

        rig.Town.Faults.Clear();
    }

    // An estimate that has never been known says nothing of stops: then nobody is shown the way, which may be to somebody else.
    private static Task SeenAsync(Rig rig, Expectation expected) => expected.Eta is Known.Kept ? Stories.IsHiddenAsync(rig) : rig.ShownAgainAsync();

    private static async Task ThenAsync(Rig rig, Strike strike, Expectation expected)
    {
        var world = rig.Town.Simulator.World;
        var counted = await CountAsync(rig, strike);
        var (customer, guest) = (rig.Pages[0].Seen[^1], rig.Pages[1].Seen[^1]);
        var since = rig.Pages.Select(page => page.Seen.Count).ToArray();
        rig.Town.Faults.Replace(strike.Faults);
        world.Change(TestServer.Tenant, world.ProfileOf(TestServer.Tenant, Town.Driver) with { Name = Stories.NewName });
        world.Slow(TestServer.Tenant, Town.Driver, Traffic);
        await CountedAsync(rig, strike, expected, counted);
        await rig.ShownAgainAsync();
        foreach (var page in rig.Pages)
        {
            var before = page.Audience is Audience.Guest ? guest : customer;
            await page.UntilAsync(seen => Agrees(seen[^1], before, page.Audience, expected), $"what is known with {strike}, beside {before}");
        }

        foreach (var (page, first) in rig.Pages.Zip(since))
        {
            var before = page.Audience is Audience.Guest ? guest : customer;
            foreach (var glance in page.Seen.Skip(first))
            {
                Keeps(glance, before, expected).ShouldBeTrue($"{page.Name} with {strike}: {glance} beside {before}");
            }
        }

        rig.Town.Faults.Clear();
        await Stories.IsWellAsync(rig, Stories.NewName);
        await rig.Page.UntilAsync(seen => seen[^1].RouteVersion is { } version && version != customer.RouteVersion && seen[^1].EtaAt > customer.EtaAt + MuchLater, "the new way and the new estimate");
    }

    // Whether it is come to what is expected.
    private static bool Agrees(Glance now, Glance before, Audience audience, Expectation expected)
    {
        var card = expected.Card switch
        {
            Known.Followed => Is(now.Name, Stories.NewName),
            Known.Kept => Is(now.Name, Town.CardName) && now.PhotoUrl == before.PhotoUrl,
            _ => Is(now.Name, Rig.ShopsName) && now.PhotoUrl is null,
        };
        var route = expected.Route switch
        {
            Known.Followed => now.Way is not null && (audience is Audience.Guest || now.RouteVersion != before.RouteVersion),
            Known.Kept => now.Way is not null,
            _ => now.Way is null,
        };
        var eta = expected.Eta switch
        {
            Known.Followed => now.EtaAt > before.EtaAt + MuchLater,
            Known.Kept => now.EtaAt is not null,
            _ => now.EtaAt is not null && (audience is Audience.Guest || now.EtaSource == "estimate"),
        };
        return card && route && eta;
    }

    // What is to stay as it was has always been so.
    private static bool Keeps(Glance glance, Glance before, Expectation expected) =>
        (expected.Card is not Known.Kept || (glance.Name == before.Name && glance.PhotoUrl == before.PhotoUrl))
        && (expected.Route is not Known.Kept || (glance.Way is not null && glance.RouteVersion == before.RouteVersion))
        && (expected.Eta is not Known.Kept || glance.EtaAt < before.EtaAt + MuchLater);

    // Guests are told the first name.
    private static bool Is(string? shown, string name) => shown == name || shown == name.Split(' ')[0];

    private static async Task<Dictionary<string, double>> CountAsync(Rig rig, Strike strike)
    {
        var counted = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var what in strike.CountedOf)
        {
            counted[what] = await rig.CountAsync(what);
        }

        return counted;
    }

    // Of each kind of answer one more was bad.
    private static async Task CountedAsync(Rig rig, Strike strike, Expectation expected, Dictionary<string, double> before)
    {
        foreach (var what in strike.CountedOf)
        {
            await rig.CountedAsync(what, before.GetValueOrDefault(what) + 1);
        }

        (strike.CountedOf.Count > 0 || (expected.Card, expected.Route, expected.Eta) == default).ShouldBeTrue("a fault that keeps something from being shown is told to the operator");
    }
}
