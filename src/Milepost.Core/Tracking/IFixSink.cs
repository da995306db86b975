namespace Milepost.Core.Tracking;

/// <summary>Takes fixes as they come from a source.</summary>
public interface IFixSink
{
    /// <summary>
    /// Leaves fixes to be looked at. Returns at once, and never fails: what there is no room for is counted and dropped, for a newer fix comes soon. They may
    /// be late, doubled, out of order or nonsense: nobody has filtered them.
    /// </summary>
    /// <param name="tenant">Whose drivers they are of.</param>
    /// <param name="fixes">As they came, of any drivers.</param>
    void Offer(string tenant, IReadOnlyList<LocationFix> fixes);
}
