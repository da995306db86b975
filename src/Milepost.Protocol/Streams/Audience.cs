namespace Milepost.Protocol.Streams;

/// <summary>Who reads a stream. What each of them is shown of the same entry differs.</summary>
public enum Audience
{
    /// <summary>The tenant's operators and admins: everything.</summary>
    Staff,

    /// <summary>The customer whom the stream belongs to.</summary>
    Customer,

    /// <summary>Whoever has a share link to the order.</summary>
    Guest,
}
