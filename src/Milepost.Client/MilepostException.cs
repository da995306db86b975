using Milepost.Protocol.Errors;

namespace Milepost.Client;

/// <summary>The server refused a request or ended a stream for good, or could not be reached.</summary>
public sealed class MilepostException : Exception
{
    /// <summary>The <see cref="Code"/> when no answer came at all.</summary>
    public const string Unreachable = "unreachable";

    /// <summary>The <see cref="Code"/> when the answer is not one of Milepost's.</summary>
    public const string UnexpectedAnswer = "unexpected_answer";

    internal MilepostException(string code, string message, int? status = null, bool retry = false, Problem? problem = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Status = status;
        Retry = retry;
        Problem = problem;
    }

    /// <summary>What a program decides by: a code of <see cref="ErrorCode"/>, a reason of the close codes, or one of the constants here.</summary>
    public string Code { get; }

    /// <summary>The HTTP status or WebSocket close code, where there was one.</summary>
    public int? Status { get; }

    /// <summary>Whether the same request may succeed later.</summary>
    public bool Retry { get; }

    /// <summary>The server's own words, with the offending field or the rejected events.</summary>
    public Problem? Problem { get; }

    /// <summary>How long the server asked to wait before the next attempt.</summary>
    public TimeSpan? RetryAfter { get; internal init; }
}
