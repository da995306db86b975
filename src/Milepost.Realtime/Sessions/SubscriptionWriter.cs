using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>
/// Moves the positions of one session's subscriptions: finds where they start, writes what comes next, from a hint or from the log, and tells what
/// cannot be served. Used by the session's pump alone; what others touch as well is guarded by the session's lock.
/// </summary>
/// <param name="session">Whose subscriptions they are.</param>
/// <param name="server">What all sessions share.</param>
/// <param name="output">Where to write.</param>
/// <param name="subscriptions">What is followed.</param>
/// <param name="gate">The session's lock.</param>
/// <param name="once">There is one answer only (long-poll): nothing is flushed in between.</param>
internal sealed class SubscriptionWriter(Session session, SessionServer server, SessionOutput output, SubscriptionList subscriptions, Lock gate, bool once)
{
    private int _count;

    /// <summary>There was something to tell.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>The one answer holds all that it may hold.</summary>
    public bool IsFull => once && _count >= server.Limits.PollEntries;

    /// <summary>Writes an entry that came by a hint, if it is what comes next. A gap is healed from the log, since Head is known to be ahead.</summary>
    public void Write(Subscription subscription, StreamFrame frame)
    {
        if (frame.Offset == subscription.Sent + 1 && subscription is { Since: null, Dropped: false } && !IsFull)
        {
            Advance(subscription, frame);
        }
    }

    /// <summary>Writes what is true now.</summary>
    public void Write(Subscription subscription, LiveFrame frame)
    {
        _count++;
        HasAnswered = true;
        output.Frame(frame.BodyFor(session.Audience), subscription.Label, null);
    }

    private void Advance(Subscription subscription, StreamFrame frame)
    {
        subscription.Sent = frame.Offset;
        subscription.Check = frame.Check;
        _count++;
        HasAnswered = true;
        output.Frame(frame.BodyFor(session.Audience, subscription.Stream, server.Views), subscription.Label, Cursor());
        if (subscription.Round is { } round)
        {
            lock (gate)
            {
                round.Sent(subscription, frame.Offset);
            }
        }
    }

    /// <summary>Finds where a subscription starts, or that its position cannot be served.</summary>
    public async ValueTask LocateAsync(Subscription subscription)
    {
        var asked = subscription.Since!;
        var location = await server.Source.LocateAsync(subscription.Stream, asked.Position?.Offset ?? 0, CancellationToken.None);
        var reset = asked.Position is { } position ? ResumeRules.Refusal(position, location) : null;
        if (asked is Since.Missing { IsGap: true })
        {
            reset ??= ResetCodes.PositionExpired;
        }

        lock (gate)
        {
            if (asked is Since.Earliest)
            {
                subscription.Sent = location.First - 1;
            }
            else if (asked is Since.Latest || reset is not null)
            {
                subscription.Sent = location.Head.Offset;
                subscription.Check = location.Head.Check;
            }
            else
            {
                subscription.Sent = asked.Position!.Value.Offset;
                subscription.Check = asked.Position.Value.Check;
            }

            subscription.Head = Math.Max(subscription.Head, location.Head.Offset);
            subscription.Since = null;
            subscription.Reset = reset;
            subscription.Round?.Found(subscription, location.Head.Offset);
        }

        HasAnswered |= asked is Since.Latest;
        if (reset is null && asked is Since.Behind resumed)
        {
            // Who resumes behind an entry has it.
            server.Host.Acknowledged(subscription.Stream, resumed.At.Offset);
        }
    }

    /// <summary>Reads a piece of the log. False: the other end is gone.</summary>
    public async ValueTask<bool> ReadAsync(Subscription subscription)
    {
        long known;
        lock (gate)
        {
            subscriptions.Turn();
            known = subscription.Head;
        }

        var limit = once ? Math.Min(server.Limits.ReadChunk, server.Limits.PollEntries - _count) : server.Limits.ReadChunk;
        SessionMetrics.LogReads.Add(1);
        var frames = await server.Source.ReadAsync(subscription.Stream, session.Audience, subscription.Sent, limit, CancellationToken.None);
        if (frames.Count == 0 || frames[0].Offset != subscription.Sent + 1)
        {
            LookAgain(subscription, known, isGap: frames.Count > 0);
            return true;
        }

        foreach (var frame in frames)
        {
            if (subscription.Dropped)
            {
                break;
            }

            Advance(subscription, frame);
            if (output.IsFull && !once && !await output.FlushAsync())
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The log does not have what comes next: a hint ran ahead of what can be read, or entries were removed since the position was located.
    /// </summary>
    private void LookAgain(Subscription subscription, long known, bool isGap)
    {
        lock (gate)
        {
            subscription.Since = new Since.Missing(new StreamPosition(server.Source.Epoch, subscription.Sent, subscription.Check), isGap);
            if (subscription.Head == known)
            {
                // The hint is forgotten; a newer one, which may have come while we read, is not.
                subscription.Head = subscription.Sent;
            }
        }
    }

    public void WriteResets()
    {
        foreach (var subscription in subscriptions.All)
        {
            if (subscription.Reset is { } code)
            {
                subscription.Reset = null;
                HasAnswered = true;
                SessionMetrics.WasReset(code);
                output.Frame(ControlFrames.Reset(code, ResumeRules.Explain(code)), subscription.Label, Cursor());
            }
        }
    }

    public void Announce()
    {
        if (once && !HasAnswered)
        {
            // An answer that has nothing to tell stays empty.
            return;
        }

        while (TakeReady() is { } ready)
        {
            output.Frame(ready, null, Cursor());
        }
    }

    private byte[]? TakeReady()
    {
        lock (gate)
        {
            return subscriptions.TakeComplete() is { } round ? ControlFrames.Ready(round, server.Source.Epoch) : null;
        }
    }

    private string Cursor() => subscriptions.Cursor(server.Source.Epoch);
}
