using System.Collections.Concurrent;
using Milepost.Core.Access;
using Milepost.Realtime.Sessions;
using Milepost.Server.Settings;

namespace Milepost.Server.Access.Revocations;

/// <summary>
/// What this node knows of the revocations: for each subject the newest mark. A mark goes when every token that it could concern has ended, so
/// there are at most as many as subjects were revoked within <c>Auth:MaxTokenDays</c>.
/// </summary>
internal sealed class RevocationMarks(AuthOptions options)
{
    private readonly ConcurrentDictionary<(string Tenant, string Subject), DateTimeOffset> _marks = new();

    /// <summary>How far back a mark can matter.</summary>
    public TimeSpan Reach { get; } = TimeSpan.FromDays(options.MaxTokenDays) + TimeSpan.FromSeconds(options.ClockSkewSeconds);

    public int Count => _marks.Count;

    /// <summary>True: this was news.</summary>
    public bool Learn(Revocation revocation)
    {
        var key = (revocation.Tenant, revocation.Subject);
        while (true)
        {
            if (!_marks.TryGetValue(key, out var known))
            {
                if (_marks.TryAdd(key, revocation.Before))
                {
                    return true;
                }
            }
            else if (known >= revocation.Before)
            {
                return false;
            }
            else if (_marks.TryUpdate(key, revocation.Before, known))
            {
                return true;
            }
        }
    }

    // Tokens tell their time in whole seconds, rounded down: one of the same second may be from before the mark, and is refused.
    public bool IsRevoked(Caller caller) =>
        !_marks.IsEmpty && _marks.TryGetValue((caller.Tenant, caller.Subject), out var before) && (caller.IssuedAt is not { } issued || issued <= before);

    public void Forget(DateTimeOffset now)
    {
        foreach (var mark in _marks.Where(mark => mark.Value + Reach < now))
        {
            _marks.TryRemove(mark);
        }
    }
}
