namespace Milepost.Server.Logistics;

/// <summary>What came of a request to the logistics service or a routing engine. The texts hold nothing of the request's address.</summary>
internal abstract record ServiceAnswer
{
    private ServiceAnswer()
    {
    }

    /// <summary>An answer with a body of allowed size.</summary>
    /// <param name="Body">All of it.</param>
    /// <param name="ETag">As it was sent; null: none, or one that no header can carry.</param>
    public sealed record Document(ReadOnlyMemory<byte> Body, string? ETag) : ServiceAnswer;

    /// <summary>304: what was known is current.</summary>
    public sealed record Unchanged : ServiceAnswer;

    /// <summary>404.</summary>
    public sealed record NotFound : ServiceAnswer;

    /// <summary>Nothing can be said: the service is away, too slow, broken, or wants to be left alone.</summary>
    /// <param name="Reason">For people: one of a few fixed words.</param>
    public sealed record Away(string Reason) : ServiceAnswer;

    /// <summary>It answered, and nothing that can be used: asking again at once would not help.</summary>
    /// <param name="Reason">For people: one of a few fixed words.</param>
    public sealed record Refused(string Reason) : ServiceAnswer;
}
