using Milepost.Core.DeadLetters;

namespace Milepost.Core.Tests;

/// <summary>Dead letters kept in a list: what the databases must do, said in the plainest way.</summary>
internal sealed class MemoryDeadLetters : IDeadLetterStore
{
    private readonly Lock _gate = new();
    private readonly List<DeadLetter> _letters = [];
    private readonly Dictionary<long, DateTimeOffset> _announceAt = [];

    public Task<int> AddAsync(IReadOnlyList<DeadLetter> letters, DateTimeOffset? announceAt, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var added = 0;
            foreach (var letter in letters.Where(letter => !_letters.Exists(known => Identity(known) == Identity(letter))))
            {
                _letters.Add(letter with { Place = _letters.Count + 1 });
                added++;
                if (announceAt is { } at)
                {
                    _announceAt[_letters.Count] = at;
                }
            }

            return Task.FromResult(added);
        }
    }

    public Task<DeadLetter?> FindAsync(long place, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult(_letters.Find(letter => letter.Place == place));
        }
    }

    public Task<IReadOnlyList<DeadLetter>> ListAsync(DeadLetterQuery query, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlyList<DeadLetter>>([.. _letters
                .Where(letter => letter.Place > query.After
                    && (!query.Open || letter.State != DeadLetterState.Replayed)
                    && (query.Code is null || letter.Reason.Code == query.Code))
                .Take(query.Limit)]);
        }
    }

    public Task MarkAsync(long place, DeadLetterReason? reason, DateTimeOffset now, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var index = _letters.FindIndex(letter => letter.Place == place);
            if (index >= 0 && (reason is null || _letters[index].State != DeadLetterState.Replayed))
            {
                _letters[index] = _letters[index] with
                {
                    State = reason is null ? DeadLetterState.Replayed : DeadLetterState.Refused,
                    Reason = reason ?? _letters[index].Reason,
                    TriedAt = now,
                };
            }

            return Task.CompletedTask;
        }
    }

    public Task<IReadOnlyList<DeadLetter>> ClaimUnannouncedAsync(DateTimeOffset now, DateTimeOffset until, int limit, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var due = _announceAt.Where(pair => pair.Value <= now).OrderBy(pair => pair.Value).ThenBy(pair => pair.Key).Take(limit).Select(pair => pair.Key).ToList();
            due.ForEach(place => _announceAt[place] = until);
            return Task.FromResult<IReadOnlyList<DeadLetter>>([.. due.Select(place => _letters[(int)place - 1])]);
        }
    }

    public Task AnnouncedAsync(IReadOnlyCollection<long> places, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var place in places)
            {
                _announceAt.Remove(place);
            }

            return Task.CompletedTask;
        }
    }

    private static (string Topic, int Partition, long Offset, DateTimeOffset Time) Identity(DeadLetter letter) =>
        (letter.Message.Topic, letter.Message.Partition, letter.Message.Offset, letter.Message.Time);
}
