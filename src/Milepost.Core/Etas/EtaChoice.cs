namespace Milepost.Core.Etas;

/// <summary>Which of several estimates counts.</summary>
public static class EtaChoice
{
    /// <summary>So long an estimate is believed.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    // Wider says nothing more.
    private static readonly TimeSpan WidestAge = TimeSpan.FromHours(1);

    // One that has passed by so much was wrong, whoever gave it.
    private static readonly TimeSpan Passed = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The newer of the sender's and the logistics service's while it is fresh, then a fresh one of the routing engine, then our own. When nothing fresh is
    /// there the newest one counts, with low confidence, and its window is wider by its age (an hour at most). What has passed by more than two minutes counts only when there is
    /// nothing else. Null: there is none at all.
    /// </summary>
    public static EtaEstimate? Choose(IEnumerable<EtaEstimate> estimates, DateTimeOffset now)
    {
        EtaEstimate[] known = [.. estimates.OrderByDescending(estimate => estimate.CalculatedAt)];
        var fresh = known.Where(estimate => now - estimate.CalculatedAt <= Fresh && now - estimate.At <= Passed).MinBy(estimate => Rank(estimate.Source));
        if (fresh is not null || known.Length == 0)
        {
            return fresh;
        }

        var stale = known.FirstOrDefault(estimate => now - estimate.At <= Passed) ?? known[0];
        var age = now > stale.CalculatedAt ? now - stale.CalculatedAt : TimeSpan.Zero;
        return stale with { Confidence = EtaConfidence.Low, To = stale.To + (age < WidestAge ? age : WidestAge) };
    }

    private static int Rank(EtaSource source) => source switch
    {
        EtaSource.Sender or EtaSource.Logistics => 0,
        EtaSource.Routing => 1,
        EtaSource.Estimate => 2,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
