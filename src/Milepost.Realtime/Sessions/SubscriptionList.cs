using System.Collections.Immutable;
using Milepost.Protocol.Streams;

namespace Milepost.Realtime.Sessions;

/// <summary>What one session follows, and the subscribe requests whose <c>ready</c> is due. Changes are guarded by the session's lock.</summary>
internal sealed class SubscriptionList
{
    private List<SubscribeRound>? _rounds;
    private int _turn;

    /// <summary>An immutable list, swapped as a whole: reading needs no lock.</summary>
    public ImmutableArray<Subscription> All { get; private set; } = [];

    public Subscription? Find(string label) => All.FirstOrDefault(subscription => subscription.Label == label);

    public void Add(SubscribeRound round)
    {
        All = All.AddRange(round.Parts.Select(part => part.Subscription));
        (_rounds ??= []).Add(round);
    }

    public void Remove(Subscription subscription)
    {
        All = All.Remove(subscription);
        subscription.Dropped = true;
        subscription.Round?.Remove(subscription);
    }

    /// <summary>One whose start is still to be found.</summary>
    public Subscription? New() => All.FirstOrDefault(static subscription => subscription.Since is not null);

    /// <summary>One for which the log has to be read.</summary>
    public Subscription? Behind()
    {
        for (var index = 0; index < All.Length; index++)
        {
            var subscription = All[(_turn + index) % All.Length];
            if (subscription.IsBehind)
            {
                return subscription;
            }
        }

        return null;
    }

    /// <summary>One that has read all there is, and of which something waits to be shown.</summary>
    public Subscription? Live() => All.FirstOrDefault(static subscription => subscription is { Live: not null, Since: null, IsBehind: false });

    /// <summary>The next one's turn: a busy stream must not keep the others waiting.</summary>
    public void Turn() => _turn = (_turn + 1) % int.MaxValue;

    /// <summary>Takes a subscribe request all of whose streams have caught up; null when there is none.</summary>
    public SubscribeRound? TakeComplete()
    {
        if (_rounds?.Find(round => round.IsComplete) is not { } complete)
        {
            return null;
        }

        _rounds.Remove(complete);
        _rounds = _rounds.Count == 0 ? null : _rounds;
        foreach (var part in complete.Parts)
        {
            part.Subscription.Round = null;
        }

        return complete;
    }

    /// <summary>The position of all together. To be asked by whoever moves the positions.</summary>
    public string Cursor(long epoch)
    {
        var subscriptions = All;
        var entries = new CursorEntry[subscriptions.Length];
        var count = 0;
        foreach (var subscription in subscriptions)
        {
            if (subscription.PositionIn(epoch) is { } position)
            {
                entries[count++] = new CursorEntry(subscription.Label, position.Offset, position.Check);
            }
        }

        return Protocol.Streams.Cursor.Encode(epoch, entries.AsSpan(0, count));
    }
}
