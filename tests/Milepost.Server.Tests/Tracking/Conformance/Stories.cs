using System.Net.Http.Json;
using System.Text.Json;
using Milepost.LogisticsSimulator.Faults;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Tracking.Conformance;

/// <summary>What happens in all of these tests: it is well, it goes wrong, it is well again, and the order is delivered.</summary>
internal static class Stories
{
    public const string NewName = "Bea Kim";

    /// <summary>The customer comes over each transport in turn.</summary>
    public static Transport TransportOf(FaultKind fault) => (Transport)((int)fault % 3);

    /// <summary>Everything that can be known is shown: place, way, estimate, and the driver as the service's card has it.</summary>
    public static async Task IsWellAsync(Rig rig, string name = Town.CardName)
    {
        await rig.ShownAgainAsync();
        foreach (var page in rig.Pages)
        {
            await page.UntilAsync(
                seen => seen[^1] is { Way: not null, EtaAt: not null, IsStale: false, Name: { } shown } && name.StartsWith(shown, StringComparison.Ordinal), $"place, way, estimate and {name}");
        }

        await rig.Page.UntilAsync(seen => seen[^1].PhotoUrl is not null, "the photo");
    }

    /// <summary>Staff see where the driver is; the customer and the guest have never been shown a place of it.</summary>
    public static async Task IsHiddenAsync(Rig rig)
    {
        var now = rig.Town.Simulator.Clock.GetUtcNow();
        foreach (var staff in rig.Watchers.Where(watcher => watcher.Audience is Audience.Staff))
        {
            await staff.UntilAsync(seen => seen.Any(shown => shown.Place?.Time > now), $"a place of after {now:HH:mm:ss.fff}");
        }

        await rig.UndisturbedAsync(8);
        foreach (var watcher in rig.Watchers.Where(watcher => watcher.Audience is not Audience.Staff))
        {
            watcher.Seen.ShouldAllBe(shown => shown.Place == null, watcher.Name);
        }

        foreach (var page in rig.Pages)
        {
            page.Seen.ShouldNotBeEmpty(page.Name);
            page.Seen.ShouldAllBe(glance => glance.Place == null && glance.Way == null, page.Name);
        }
    }

    /// <summary>Something goes wrong with places or with the stream, and passes.</summary>
    public static async Task StruckAsync(Rig rig, Strike strike, bool stale)
    {
        var counted = strike.Counted is null ? 0 : await rig.CountAsync(strike.Counted);
        rig.Town.Faults.Replace(strike.Faults);
        if (strike.GoesOn)
        {
            await rig.ShownAgainAsync();
        }

        await rig.UndisturbedAsync(8);
        if (strike.Counted is { } metric)
        {
            await rig.CountedAsync(metric, counted + 1);
        }

        if (stale)
        {
            await StaleAsync(rig);
        }

        if (strike.GoesOn)
        {
            await rig.ShownAgainAsync();
        }

        rig.Town.Faults.Clear();
        await rig.ShownAgainAsync();
    }

    /// <summary>Delivered: nobody is shown where the driver goes from there, though it is known.</summary>
    /// <param name="rig">Whose order.</param>
    /// <param name="behind">What happens as soon as everybody knows that it is delivered.</param>
    public static async Task DeliveredAsync(Rig rig, Action? behind = null)
    {
        await rig.BecomesAsync(OrderStatus.Delivered);
        foreach (var watcher in rig.Watchers)
        {
            await watcher.UntilAsync(seen => seen.Any(shown => Verdict.IsDelivered(shown.Frame)), "that it is delivered");
        }

        behind?.Invoke();
        var now = rig.Town.Simulator.Clock.GetUtcNow();
        await Rig.UntilAsync(async () => await rig.TrackedAsync() > now, "the tracker has heard more of the driver");
        await rig.TellAsync(EventTypes.OrderNoteAdded, new { note = "the end" });
        foreach (var watcher in rig.Watchers)
        {
            await watcher.UntilAsync(seen => seen.SkipWhile(shown => !Verdict.IsDelivered(shown.Frame)).Any(shown => shown.Frame.Type == FrameTypes.OrderUpdated), "the note");
        }

        foreach (var page in rig.Pages)
        {
            await page.UntilAsync(seen => seen[^1].Status == "delivered", "that it is delivered");
        }
    }

    private static async Task StaleAsync(Rig rig)
    {
        foreach (var page in rig.Pages.Where(page => page.Audience is not Audience.Guest))
        {
            await page.UntilAsync(seen => seen[^1].IsStale, "that nothing is heard of the driver");
        }

        foreach (var watcher in rig.Watchers)
        {
            await watcher.UntilAsync(
                seen => seen.Any(shown => shown.Frame.Offset is not null && shown.Frame.Data.TryGetProperty("locationStale", out var stale) && stale.ValueKind is JsonValueKind.Object or JsonValueKind.True),
                "that nothing is heard of the driver");
        }

        using var staff = rig.Server.Http(TestServer.Token("olga", "operator"));
        var exceptions = await staff.GetFromJsonAsync<JsonElement>($"/api/v1/{TestServer.Tenant}/admin/exceptions?kind=stale");
        exceptions.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("order").GetProperty("id").GetString()).ShouldBe([Rig.Order]);
    }
}
