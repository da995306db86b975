using System.Diagnostics;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>
/// The part of a session that writes. It runs only while there is something to do, so an idle session costs neither a task nor a buffer.
///
/// Its whole purpose is that each subscription's <see cref="Subscription.Sent"/> reaches its <see cref="Subscription.Head"/>:
/// 1. it writes what waits in the mailbox, as long as it continues the offsets;
/// 2. where a subscription is behind (just subscribed, queue overflown, hint lost), it reads the log;
/// 3. when nothing is left it flushes, and rests.
/// Writing waits for the receiver; nobody else waits for the pump.
/// </summary>
/// <param name="session">Whose pump it is.</param>
/// <param name="server">What all sessions share.</param>
/// <param name="mailbox">What there is to do.</param>
/// <param name="output">Where to write.</param>
/// <param name="once">There is one answer only (long-poll).</param>
internal sealed class SessionPump(Session session, SessionServer server, SessionMailbox mailbox, SessionOutput output, bool once) : IThreadPoolWorkItem
{
    private readonly SubscriptionWriter _entries = new(session, server, output, mailbox.Subscriptions, mailbox.Gate, once);

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        while (true)
        {
            try
            {
                while (await RunOnceAsync())
                {
                }

                return;
            }
            catch (LogUnavailableException failure) when (!once)
            {
                server.Registry.LogAway(failure);
                if (mailbox.TryRestForLog())
                {
                    return;
                }
            }
            catch (Exception failure)
            {
                server.Registry.Failed(failure);
                if (mailbox.IsOpen && !once)
                {
                    // The log cannot be read, or the connection is broken: saying goodbye tells which.
                    session.Close(CloseCode.InternalError);
                    continue;
                }

                session.CutOff();
                End();
                return;
            }
        }
    }

    /// <summary>One round. False: the pump rests.</summary>
    private async ValueTask<bool> RunOnceAsync()
    {
        if (mailbox.IsOpen && mailbox.New() is { } added)
        {
            // All starts are found before anything is written, so that every cursor that goes out speaks of every stream.
            await _entries.LocateAsync(added);
            return true;
        }

        _entries.WriteResets();
        while (mailbox.TryTake(out var item))
        {
            Write(item);
            if (output.IsFull && !await output.FlushAsync())
            {
                return End();
            }
        }

        _entries.Announce();
        while (mailbox.IsOpen && !_entries.IsFull && mailbox.TakeLive() is { } live)
        {
            _entries.Write(live.Subscription, live.Frame);
            if (output.IsFull && !once && !await output.FlushAsync())
            {
                return End();
            }
        }

        if (mailbox.IsOpen && !_entries.IsFull && mailbox.Behind() is { } behind)
        {
            return await _entries.ReadAsync(behind) || End();
        }

        if (mailbox.IsClosing)
        {
            output.End(mailbox.ClosedWith!.Number, mailbox.ClosedWith.Reason);
            await output.FlushAsync();
            return End();
        }

        if (once && _entries.HasAnswered)
        {
            output.Count();
            session.Stop();
        }

        return (output.HasUnflushed && !once && !await output.FlushAsync()) ? End() : !mailbox.TryRest(reads: !_entries.IsFull);
    }

    /// <summary>Ends the session and comes to rest: always false.</summary>
    private bool End()
    {
        session.Stop();
        return !mailbox.TryRest(reads: false);
    }

    private void Write(in Outbound item)
    {
        switch (item.Kind)
        {
            case OutboundKind.Entry:
                _entries.Write(item.Subscription!, item.Frame!);
                break;
            case OutboundKind.Control:
                output.Frame(item.Control, null, null);
                break;
            case OutboundKind.ControlWithCursor:
                output.Frame(item.Control, null, session.CurrentCursor());
                break;
            case OutboundKind.Heartbeat:
                output.Heartbeat();
                break;
            case OutboundKind.Pong:
                output.Pong(item.Control);
                break;
            default:
                throw new UnreachableException();
        }
    }
}
