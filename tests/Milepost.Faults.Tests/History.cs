using System.Collections.Concurrent;
using System.Text.Json;

namespace Milepost.Faults.Tests;

/// <summary>What became of a call, as far as its caller knows.</summary>
internal enum Known
{
    Invoked,
    Ok,

    /// <summary>Certainly not done.</summary>
    Failed,

    /// <summary>Done or not done: the answer did not come.</summary>
    Unknown,
}

/// <summary>
/// Everything that happened in one run, in the order in which it was noticed: calls with their outcomes, faults, breaches. It is judged at
/// the end and kept when something was wrong.
/// </summary>
internal sealed class History(string scenario, int seed, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly ConcurrentQueue<Line> _lines = new();
    private int _unknownCalls;
    private readonly ConcurrentDictionary<(string Tenant, string Id), Known> _events = new();

    public ConcurrentQueue<string> Breaches { get; } = new();

    public int Count(Known known) => _events.Values.Count(value => value == known);

    /// <summary>How many calls ended without a word on whether they were done.</summary>
    public int UnknownCalls => Volatile.Read(ref _unknownCalls);

    /// <summary>What is known of each event that was ever sent.</summary>
    public IReadOnlyDictionary<(string Tenant, string Id), Known> Events => _events;

    public void Call(string who, Known known, string tenant, IReadOnlyList<string> ids, string detail = "")
    {
        if (known == Known.Unknown)
        {
            Interlocked.Increment(ref _unknownCalls);
        }

        foreach (var id in ids)
        {
            // What was acknowledged once stays so, whatever happens to its repeats; what may have been done is no failure later.
            _events.AddOrUpdate((tenant, id), known, (_, before) => before == Known.Ok || (before == Known.Unknown && known != Known.Ok) ? before : known);
        }

        Add(who, known.ToString(), $"{tenant} {string.Join(' ', ids)} {detail}");
    }

    public void Fault(string what) => Add("nemesis", "Fault", what);

    public void Breach(string who, string what)
    {
        Breaches.Enqueue($"{who}: {what}");
        Add(who, "Breach", what);
    }

    private void Add(string who, string what, string detail) =>
        _lines.Enqueue(new Line((long)time.GetElapsedTime(_start).TotalMilliseconds, who, what, detail));

    /// <summary>Writes it down and says where.</summary>
    public async Task<string> KeepAsync()
    {
        var directory = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "../../../faults")).FullName;
        var path = Path.Combine(directory, $"{scenario}-{seed}.jsonl");
        await File.WriteAllLinesAsync(path, _lines.Select(line => JsonSerializer.Serialize(line)));
        return path;
    }

    private sealed record Line(long Ms, string Who, string What, string Detail);
}
