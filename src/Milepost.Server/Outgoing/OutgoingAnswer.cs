using System.Net;
using System.Net.Http.Headers;

namespace Milepost.Server.Outgoing;

/// <summary>How a request to another system ended. The texts hold nothing of the request's address.</summary>
internal abstract record OutgoingAnswer
{
    private OutgoingAnswer()
    {
    }

    /// <summary>An answer came.</summary>
    /// <param name="Status">Any, redirects among them: they are not followed.</param>
    /// <param name="Headers">Without those of the content.</param>
    /// <param name="Body">At most as much as was asked for.</param>
    public sealed record Answered(HttpStatusCode Status, HttpResponseHeaders Headers, ReadOnlyMemory<byte> Body) : OutgoingAnswer
    {
        private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

        public bool IsSuccess => (int)Status is >= 200 and < 300;

        /// <summary>What Retry-After asks for, in seconds or as a date; null: nothing that can be read. More than a day is not believed.</summary>
        public TimeSpan? RetryAfter(TimeProvider time)
        {
            var wait = Headers.RetryAfter switch
            {
                { Delta: { } delta } => delta,
                { Date: { } date } => date - time.GetUtcNow(),
                _ => (TimeSpan?)null,
            };
            return wait is { } some ? TimeSpan.FromTicks(Math.Clamp(some.Ticks, 0, LongestWait.Ticks)) : null;
        }
    }

    /// <summary>The address leads where nothing may be sent, and nothing was. Which rule it was is not said: that would map our network.</summary>
    public sealed record AddressRefused : OutgoingAnswer
    {
        public const string Text = "The address is not allowed.";
    }

    /// <summary>No connection came about, or it ended before the message was handed over: surely not sent.</summary>
    public sealed record NotReached(string Reason) : OutgoingAnswer;

    /// <summary>The message was handed over, wholly or in part, and no answer came.</summary>
    public sealed record Lost(string Reason) : OutgoingAnswer;
}
