namespace Milepost.Server.Logistics.Stream;

/// <summary>How a connection of the location stream ended.</summary>
/// <param name="Reason">One of the words of the metric.</param>
/// <param name="RetryAfter">What the service asked for; null: nothing.</param>
internal readonly record struct StreamEnd(string Reason, TimeSpan? RetryAfter = null)
{
    /// <summary>The service ended it in order.</summary>
    public const string Closed = "closed";

    /// <summary>Nothing came for too long: half-open, or the service is stuck.</summary>
    public const string Idle = "idle";

    /// <summary>It broke, or never came about.</summary>
    public const string Failed = "failed";

    /// <summary>The service does not want us: the credentials, or too many.</summary>
    public const string Refused = "refused";

    /// <summary>The service broke the protocol beyond what can be passed over.</summary>
    public const string Broken = "broken";
}
