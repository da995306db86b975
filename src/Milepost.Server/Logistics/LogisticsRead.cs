namespace Milepost.Server.Logistics;

/// <summary>What the logistics service says of a subject.</summary>
internal abstract record LogisticsRead<T>
    where T : class
{
    private LogisticsRead()
    {
    }

    /// <summary>It is so now.</summary>
    public sealed record Found(T Document) : LogisticsRead<T>;

    /// <summary>There is none, or none yet.</summary>
    public sealed record None : LogisticsRead<T>;

    /// <summary>Nothing could be learnt.</summary>
    /// <param name="Last">What it said last; null: not known any more.</param>
    public sealed record Unknown(T? Last) : LogisticsRead<T>;

    /// <summary>What may be shown: the newest that is known.</summary>
    public T? Known => this switch
    {
        Found found => found.Document,
        None => null,
        Unknown unknown => unknown.Last,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
