using Milepost.Protocol.Streams;

namespace Milepost.Faults.Tests;

/// <summary>
/// The one judge of all faults: no acknowledged event lost, none twice, offsets dense, every device's view equal to the log. What came while
/// the run went on (gaps, doubles, other tenants' data) stands in the history already.
/// </summary>
internal static class Checker
{
    public static async Task CheckAsync(History history, StoreReader store, IReadOnlyList<string> tenants, IReadOnlyList<Follower> followers)
    {
        var recorded = (await store.EventsAsync(tenants)).ToDictionary(row => (row.Tenant, row.Id), row => row.Count);
        foreach (var (identity, known) in history.Events)
        {
            var count = recorded.GetValueOrDefault(identity);
            if (known == Known.Ok && count == 0)
            {
                history.Breach("checker", $"LOST: {identity} was acknowledged and is not recorded");
            }

            if (count > 1)
            {
                history.Breach("checker", $"TWICE: {identity} is recorded {count} times");
            }
        }

        foreach (var identity in recorded.Keys.Where(identity => !history.Events.ContainsKey(identity)))
        {
            history.Breach("checker", $"FALSE: {identity} is recorded and was never sent");
        }

        var entries = await store.EntriesAsync(tenants);
        CheckLog(history, entries, recorded.Keys);
        CheckViews(history, entries, followers);
    }

    private static void CheckLog(History history, IReadOnlyList<StoredEntry> entries, IEnumerable<(string Tenant, string Id)> recorded)
    {
        foreach (var stream in entries.GroupBy(entry => (entry.Tenant, entry.Label)))
        {
            var offset = 0L;
            var check = 0u;
            foreach (var entry in stream)
            {
                check = StreamPosition.NextCheck(check, entry.Id);
                if (entry.Offset != ++offset || entry.Check != check)
                {
                    history.Breach("checker", $"LOG: {stream.Key} has {entry.Offset} where {offset} belongs, fingerprint {entry.Check:x} instead of {check:x}");
                    break;
                }
            }
        }

        // Each event is exactly one entry of its order's stream.
        var told = entries.Where(entry => entry.Label.StartsWith("order:", StringComparison.Ordinal)).GroupBy(entry => (entry.Tenant, entry.Id)).ToDictionary(group => group.Key, group => group.Count());
        foreach (var identity in recorded.Where(identity => told.GetValueOrDefault(identity) != 1))
        {
            history.Breach("checker", $"LOG: {identity} stands {told.GetValueOrDefault(identity)} times in its order's stream");
        }
    }

    private static void CheckViews(History history, IReadOnlyList<StoredEntry> entries, IReadOnlyList<Follower> followers)
    {
        // A place that is taken twice is a breach already; the views are judged all the same.
        var log = entries.ToLookup(entry => (entry.Tenant, entry.Label, entry.Offset), entry => entry.Id);
        foreach (var follower in followers)
        {
            var streams = follower.View.Keys.Select(key => key.Label).Distinct(StringComparer.Ordinal);
            foreach (var ((label, offset), id) in follower.View)
            {
                var stored = log[(follower.Tenant, StoredLabel(follower, label), offset)];
                if (!stored.Contains(id, StringComparer.Ordinal))
                {
                    history.Breach(follower.Customer, $"VIEW: {label} {offset} was {id}, the log has '{string.Join(' ', stored)}'");
                }
            }

            foreach (var label in streams)
            {
                var missing = log.Count(place => place.Key.Tenant == follower.Tenant && place.Key.Label == StoredLabel(follower, label)) - follower.View.Keys.Count(key => key.Label == label);
                if (missing != 0)
                {
                    history.Breach(follower.Customer, $"VIEW: {missing} entries of {label} never came");
                }
            }
        }
    }

    /// <summary>A customer calls the own stream <c>notifications</c>; the log names its customer.</summary>
    public static string StoredLabel(Follower follower, string label) => label == StreamLabels.Notifications ? StreamName.Customer(follower.Tenant, follower.Customer).Label : label;
}
